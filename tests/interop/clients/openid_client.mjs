// Completes each flow at an issuer with openid-client, which is built on oauth4webapi.
//
// node openid_client.mjs ISSUER KEY
//
// KEY is a file with a private key in PEM. The issuer logs in without a page.
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { importPKCS8 } from "jose";
import * as client from "openid-client";

const [issuer, keyFile] = process.argv.slice(2);
const redirectUri = "http://127.0.0.1:7001/callback";
const key = await importPKCS8(readFileSync(keyFile, "utf8"), "ES256");
const secret = "a secret with + and %41, of the file";

const authentications = [
  ["public", client.None()],
  ["confidential", client.ClientSecretBasic(secret)],
  ["confidential", client.ClientSecretPost(secret)],
  ["signing", client.PrivateKeyJwt({ key, kid: "1" })],
];

for (const [id, authentication] of authentications) {
  const options = { execute: [client.allowInsecureRequests] };
  const config = await client.discovery(new URL(issuer), id, {}, authentication, options);
  for (const isPushed of [false, true]) {
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const parameters = {
      redirect_uri: redirectUri,
      scope: "openid profile orders:read",
      resource: "https://orders.example",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    };
    const url = isPushed
      ? await client.buildAuthorizationUrlWithPAR(config, parameters)
      : client.buildAuthorizationUrl(config, parameters);
    const redirect = await fetch(url, { redirect: "manual" });
    assert.equal(redirect.status, 303, await redirect.text());
    const response = new URL(redirect.headers.get("location"));
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, response, checks);
    assert.equal(tokens.claims().sub, "alice");
    assert.equal(tokens.claims().name, "Alice Rangi");
    assert.equal(tokens.scope, parameters.scope);
    await assert.rejects(client.authorizationCodeGrant(config, response, checks), { error: "invalid_grant" });
    await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: "invalid_grant" });
  }
  await refreshes(config, id);
  if (id !== "public") {
    await clientCredentials(config);
  }
}

async function logIn(config) {
  const verifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid orders:read",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  const redirect = await fetch(url, { redirect: "manual" });
  const response = new URL(redirect.headers.get("location"));
  return client.authorizationCodeGrant(config, response, { pkceCodeVerifier: verifier });
}

async function refreshes(config, id) {
  const tokens = await logIn(config);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, { scope: "orders:read" });
  assert.equal(refreshed.scope, "orders:read");
  const current = refreshed.refresh_token ?? tokens.refresh_token;
  assert.equal(current !== tokens.refresh_token, id === "public");
  if (id !== "public") {
    const state = await client.tokenIntrospection(config, refreshed.access_token);
    assert.deepEqual([state.active, state.sub, state.aud], [true, "alice", "https://orders.example"]);
  }
  await client.tokenRevocation(config, current);
  await assert.rejects(client.refreshTokenGrant(config, current), { error: "invalid_grant" });
  if (id !== "public") {
    assert.deepEqual(await client.tokenIntrospection(config, refreshed.access_token), { active: false });
  }
}

async function clientCredentials(config) {
  const tokens = await client.clientCredentialsGrant(config, { scope: "orders:read" });
  assert.equal(tokens.scope, "orders:read");
  assert.equal(tokens.refresh_token, undefined);
  await client.tokenRevocation(config, tokens.access_token);
  assert.deepEqual(await client.tokenIntrospection(config, tokens.access_token), { active: false });
  await assert.rejects(client.clientCredentialsGrant(config, { scope: "admin" }), { error: "invalid_scope" });
}
