// A certified OpenID provider on loopback, at which people log in to a web application by forms.
//
// `node logins.mjs WEB_ORIGIN` listens on a free port of 127.0.0.1, prints `listening on URL` when it is ready (URL is
// the issuer), and ends when its stdin closes. The client `orders-web` has the secret `orders-web-secret`; access
// tokens live for 2 minutes, and refresh tokens are rotated. Any account name logs in. `/thief` uses the first refresh token, as a
// thief would who has it and the secret of the client, and responds with the status of the token endpoint.

import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';

import { Provider } from 'oidc-provider';

const SCOPE = 'orders:read';
const TOKEN_LIFETIME = 2 * 60;
const web = process.argv[2];

function jwks() {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
  const keys = Object.entries(pairs).map(([alg, { privateKey }]) => ({
    ...privateKey.export({ format: 'jwk' }), alg, kid: alg, use: 'sig',
  }));
  return { keys };
}

const configuration = {
  jwks: jwks(),
  responseTypes: ['code'],
  scopes: ['openid', 'offline_access', 'profile'],
  claims: { profile: ['name'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['the tests keep no secrets'] },
  clients: [
    {
      client_id: 'orders-web',
      client_secret: 'orders-web-secret',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [`${web}/callback`],
      post_logout_redirect_uris: [`${web}/`],
      backchannel_logout_uri: `${web}/backchannel-logout`,
      backchannel_logout_session_required: true,
    },
  ],
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, name: `<b>${sub}</b>` }) }),
  // the default refuses connections to loopback, where the tests receive the logout tokens
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: TOKEN_LIFETIME, AuthorizationCode: 60, Grant: 3600, IdToken: 300, Interaction: 600, Session: 3600,
    RefreshToken: 3600,
  },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true },
    revocation: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: SCOPE,
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: TOKEN_LIFETIME,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
};

function page(response, uid, fields) {
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html><title>Log in</title><form method="post" action="/interaction/${uid}">${fields}
    <button name="action" value="continue">Continue</button><button name="action" value="deny">Deny</button></form>`);
}

async function grant(provider, { grantId, session, params, prompt }) {
  const found = grantId ? await provider.Grant.find(grantId) : undefined;
  const result = found ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details;
  result.addOIDCScope(missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
    result.addResourceScope(resource, scopes.join(' '));
  }
  return result.save();
}

async function interact(provider, request, response) {
  const details = await provider.interactionDetails(request, response);
  const { uid, prompt: { name } } = details;
  if (request.method === 'GET') {
    page(response, uid, name === 'login' ? '<input name="account" value="alice">' : '<p>Consent</p>');
    return;
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const fields = new URLSearchParams(Buffer.concat(chunks).toString());
  const result = {};
  if (fields.get('action') === 'deny') {
    Object.assign(result, { error: 'access_denied', error_description: '<b>denied</b>' });
  } else if (name === 'login') {
    result.login = { accountId: fields.get('account') };
  } else {
    result.consent = { grantId: await grant(provider, details) };
  }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: name !== 'login' });
}

async function steal(issuer, token, response) {
  const headers = { authorization: `Basic ${btoa('orders-web:orders-web-secret')}` };
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  const { status } = await fetch(`${issuer}/token`, { method: 'POST', headers, body });
  response.writeHead(status, { 'content-length': 0 }).end();
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (_, error) => console.error(error));
  provider.on('backchannel.success', (_, client, sub) => console.log(`logged ${sub} out of ${client.clientId}`));
  provider.on('backchannel.error', (_, error) => console.error(error));
  let refreshToken;
  provider.on('refresh_token.saved', (token) => { refreshToken ??= token.jti; });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url.startsWith('/interaction/')) {
      // the back button leads to interactions that have ended
      interact(provider, request, response).catch((error) => {
        console.error(error);
        response.writeHead(400, { 'content-type': 'text/html' }).end('<!doctype html><p>The interaction has ended.');
      });
    } else if (request.url === '/thief') {
      steal(issuer, refreshToken, response);
    } else {
      handle(request, response);
    }
  });
  console.log(`listening on ${issuer}`);
});

process.stdin.on('close', () => process.exit(0)).resume();
