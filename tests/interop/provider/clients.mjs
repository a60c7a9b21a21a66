// A certified OpenID provider on loopback with TLS, at which clients obtain tokens for themselves.
//
// `node clients.mjs DIRECTORY` prints `listening on URL` when it is ready (URL is the issuer), and ends when its stdin closes.
// The directory has `ca.pem`, the identity of the server (`server.pem`, `server.key`), the public key of the client `jwt`
// (`jwt.pem`) and the certificate of the client `self-signed` (`self.pem`).
//
// Clients with a certificate use another port, which requests it in the handshake; `mtls_endpoint_aliases` has the URL of its
// token endpoint. That port is an API, too: it returns the claims of the bearer token, and the hash of the certificate.

import { createServer } from 'node:https';
import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { Provider } from 'oidc-provider';

const METHODS = [
  'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth',
];
const read = (name) => readFileSync(`${process.argv[2]}/${name}`);

function client(id, method, more) {
  return {
    client_id: id,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...more,
  };
}

function clients() {
  const jwt = createPublicKey(read('jwt.pem')).export({ format: 'jwk' });
  const certificate = new X509Certificate(read('self.pem'));
  const self = { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] };
  const bound = { tls_client_certificate_bound_access_tokens: true };
  const authority = { tls_client_auth_san_dns: 'client.example', ...bound };
  return [
    client('basic', 'client_secret_basic', { client_secret: 'a secret: 100%' }),
    client('post', 'client_secret_post', { client_secret: 'a secret: 100%' }),
    client('jwt', 'private_key_jwt', { jwks: { keys: [jwt] }, token_endpoint_auth_signing_alg: 'ES256' }),
    client('certificate', 'tls_client_auth', authority),
    client('self-signed', 'self_signed_tls_client_auth', { jwks: { keys: [self] }, ...bound }),
  ];
}

function configuration(alias) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'ES256' }] },
    responseTypes: ['code'],
    cookies: { keys: ['the tests keep no secrets'] },
    clientAuthMethods: METHODS,
    clients: clients(),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    discovery: { mtls_endpoint_aliases: { token_endpoint: `${alias}/token` } },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        tlsClientAuth: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate?.()?.toString(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, property, expected) => property === 'tls_client_auth_san_dns'
          && ctx.socket.getPeerX509Certificate().checkHost(expected) !== undefined,
      },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'orders:read',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

// RFC 8705 §3.1: `cnf` of the token has the hash of the certificate.
function api(request, response) {
  const [, payload] = (request.headers.authorization ?? '').split('.');
  const certificate = request.socket.getPeerX509Certificate();
  const claims = payload ? JSON.parse(Buffer.from(payload, 'base64url')) : null;
  const hash = certificate ? createHash('sha256').update(certificate.raw).digest('base64url') : null;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ claims, hash }));
}

function listen(options) {
  const server = createServer({ cert: read('server.pem'), key: read('server.key'), ...options });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve([server, `https://127.0.0.1:${server.address().port}`]));
  });
}

const [server, issuer] = await listen({});
// the provider decides about certificates, so that its errors are of OAuth
const [withCertificate, alias] = await listen({ requestCert: true, rejectUnauthorized: false, ca: read('ca.pem') });
const provider = new Provider(issuer, configuration(alias));
provider.on('server_error', (_, error) => console.error(error));
provider.on('grant.error', (_, error) => console.log(error.error_detail ?? error));
server.on('request', provider.callback());
const handle = provider.callback();
withCertificate.on('request', (request, response) => {
  (request.url === '/orders' ? api : handle)(request, response);
});
console.log(`api ${alias}`);
console.log(`listening on ${issuer}`);

process.stdin.on('close', () => process.exit(0)).resume();
