// A certified OpenID provider on loopback, for the interop tests.
//
// Listens on a free port of 127.0.0.1, prints `listening on URL` when it is ready (URL is the
// issuer), and ends when its stdin closes, so that it cannot outlive the tests that started it.
//
// The argument `implicit` adds the implicit flow. The parameter `resource` (RFC 8707) selects the access token:
//
//   https://orders.example/ALG          a valid token for that audience, signed with ALG
//   https://orders.example/ALG/VARIANT  the same audience and key, in one of the VARIANTS
//   https://orders.example/opaque       an opaque token, to be introspected and revoked

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

import { Provider, errors } from 'oidc-provider';

const ORDERS = 'https://orders.example';
const SCOPE = 'orders:read orders:write';
const LIFETIME = 5 * 60;
const TEN_MINUTES = 10 * 60;

// One key per algorithm; its `kid` is the algorithm, so that two providers have the same `kid`s.
const KEYS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

// Changes to a valid token before it is signed, by the provider's hook `formats.customizers.jwt`.
// Each variant has one deviation, and a signature that verifies.
const VARIANTS = {
  'expired': ({ payload }) => shift(payload, -TEN_MINUTES),
  'early': ({ payload }) => shift(payload, TEN_MINUTES),
  'long-lived': ({ payload }) => { payload.exp = payload.iat + 24 * 60 * 60; },
  'without-kid': (token) => { token.header = { kid: undefined }; },
  'with-unknown-kid': (token) => { token.header = { kid: 'another' }; },
  'typed-jwt': (token) => { token.header = { typ: 'JWT' }; },
  'untyped': (token) => { token.header = { typ: undefined }; },
  'with-trailing-slash': ({ payload }) => { payload.aud = `${payload.aud}/`; },
  'with-several-audiences': ({ payload }) => { payload.aud = ['https://other.example', payload.aud]; },
  'without-expiry': ({ payload }) => { delete payload.exp; },
  'without-client': ({ payload }) => { delete payload.client_id; },
  'key-bound': ({ payload }) => { payload.cnf = { jkt: 'x' }; },
};

function shift(payload, seconds) {
  payload.iat += seconds;
  payload.exp += seconds;
}

function privateJwks() {
  const keys = Object.entries(KEYS).map(([alg, generate]) => ({
    ...generate().privateKey.export({ format: 'jwk' }), alg, kid: alg, use: 'sig',
  }));
  return { keys };
}

// RFC 8707: the settings of each `resource`.
function resourceServers() {
  const table = new Map();
  table.set(`${ORDERS}/opaque`, {
    scope: SCOPE, accessTokenFormat: 'opaque', accessTokenTTL: LIFETIME,
  });
  for (const alg of Object.keys(KEYS)) {
    const audience = `${ORDERS}/${alg}`;
    const resource = {
      scope: SCOPE,
      audience,
      accessTokenFormat: 'jwt',
      accessTokenTTL: LIFETIME,
      jwt: { sign: { alg } },
    };
    table.set(audience, resource);
    for (const variant of Object.keys(VARIANTS)) {
      table.set(`${audience}/${variant}`, resource);
    }
  }
  return table;
}

// The provider sets `sub` of a client credentials token to the client ID (RFC 9068 §2.2). In the
// code flow, `alice` signs in and consents without interaction.
function configuration() {
  const table = resourceServers();
  return {
    jwks: privateJwks(),
    responseTypes: process.argv.includes('implicit') ? ['code', 'id_token'] : ['code'],
    cookies: { keys: ['the tests keep no secrets'] },
    clients: [
      {
        client_id: 'shop',
        client_secret: 'shop-secret',
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['client_credentials', 'authorization_code'],
        response_types: ['code'],
        redirect_uris: ['https://shop.example/callback'],
      },
      {
        client_id: 'orders-api',
        client_secret: 'orders-api-secret',
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
    ],
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: (ctx) => consent(ctx, table.keys()),
    formats: { customizers: { jwt: customize } },
    ttl: {
      AccessToken: (_, token) => token.resourceServer?.accessTokenTTL ?? LIFETIME,
      ClientCredentials: (_, token) => token.resourceServer?.accessTokenTTL ?? LIFETIME,
      AuthorizationCode: 60,
      Grant: 60 * 60,
      IdToken: LIFETIME,
      Interaction: 60,
      Session: 60 * 60,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === 'orders-api' },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => [],
        useGrantedResource: () => false,
        getResourceServerInfo: (_, resource) => {
          const known = table.get(resource);
          if (!known) throw new errors.InvalidTarget();
          return known;
        },
      },
    },
  };
}

async function consent(ctx, resources) {
  const { provider, client, session } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  for (const resource of resources) grant.addResourceScope(resource, SCOPE);
  await grant.save();
  return grant;
}

function customize(_, token, jwt) {
  const variant = token.resourceServer.identifier().split('/').at(4);
  if (variant) VARIANTS[variant](jwt);
}

async function signIn(provider, request, response) {
  await provider.interactionDetails(request, response);
  await provider.interactionFinished(request, response, { login: { accountId: 'alice' } });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  provider.on('server_error', (_, error) => console.error(error));
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url.startsWith('/interaction/')) {
      signIn(provider, request, response).catch((error) => response.destroy(error));
    } else {
      handle(request, response);
    }
  });
  console.log(`listening on ${issuer}`);
});

process.stdin.on('close', () => process.exit(0)).resume();
