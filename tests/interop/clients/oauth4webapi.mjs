// Completes each flow at an issuer with oauth4webapi, one request at a time.
//
// node oauth4webapi.mjs ISSUER KEY
//
// KEY is a file with a private key in PEM. The issuer logs in without a page.
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { importPKCS8 } from "jose";
import * as oauth from "oauth4webapi";

const [issuer, keyFile] = process.argv.slice(2);
const redirectUri = "http://127.0.0.1:7001/callback";
const key = await importPKCS8(readFileSync(keyFile, "utf8"), "ES256");
const secret = "a secret with + and %41, of the file";
const options = { [oauth.allowInsecureRequests]: true };

const discovery = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: "oauth2" });
const as = await oauth.processDiscoveryResponse(new URL(issuer), discovery);

const toIssuer = { [oauth.modifyAssertion]: (_, claims) => (claims.aud = as.issuer) };
for (const [id, authentication] of [
  ["public", oauth.None()],
  ["confidential", oauth.ClientSecretBasic(secret)],
  ["confidential", oauth.ClientSecretPost(secret)],
  ["signing", oauth.PrivateKeyJwt({ key, kid: "1" }, toIssuer)],
]) {
  const client = { client_id: id };
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid orders:read",
    resource: "https://orders.example",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
  const push = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, options);
  const pushed = await oauth.processPushedAuthorizationResponse(as, client, push);
  const url = new URL(as.authorization_endpoint);
  url.searchParams.set("client_id", id);
  url.searchParams.set("request_uri", pushed.request_uri);
  const redirect = await fetch(url, { redirect: "manual" });
  const response = new URL(redirect.headers.get("location"));
  const validated = oauth.validateAuthResponse(as, client, response, state);
  const grant = await oauth.authorizationCodeGrantRequest(
    as, client, authentication, validated, redirectUri, verifier, options,
  );
  const expected = { expectedNonce: nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, grant, expected);
  await oauth.validateApplicationLevelSignature(as, grant, options);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, "alice");

  const refresh = await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, options);
  const refreshed = await oauth.processRefreshTokenResponse(as, client, refresh);
  if (id !== "public") {
    const state = await introspect(client, authentication, refreshed.access_token);
    assert.deepEqual([state.active, state.sub], [true, "alice"]);
    const own = await oauth.clientCredentialsGrantRequest(as, client, authentication, { scope: "orders:read" }, options);
    const ownTokens = await oauth.processClientCredentialsResponse(as, client, own);
    assert.equal(ownTokens.scope, "orders:read");
  }
  const current = refreshed.refresh_token ?? tokens.refresh_token;
  const revocation = await oauth.revocationRequest(as, client, authentication, current, options);
  await oauth.processRevocationResponse(revocation);
  if (id !== "public") {
    assert.equal((await introspect(client, authentication, refreshed.access_token)).active, false);
  }
}

async function introspect(client, authentication, token) {
  const response = await oauth.introspectionRequest(as, client, authentication, token, options);
  return oauth.processIntrospectionResponse(as, client, response);
}
