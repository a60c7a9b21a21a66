"""Completes each flow at an issuer with the clients of two packages.

python authorization.py (authlib | requests_oauth2client) ISSUER KEY

KEY is a file with a private key in PEM. The issuer logs in without a page.
"""

import os
import secrets
import sys
import warnings

import requests

REDIRECT_URI = "http://127.0.0.1:7001/callback"
RESOURCE = "https://orders.example"
SECRET = "a secret with + and %41, of the file"
SCOPE = "openid orders:read"


def redirect_of(url):
    response = requests.get(url, allow_redirects=False, timeout=30)
    assert response.status_code == 303, response.text
    return response.headers["location"]


def metadata(issuer):
    return requests.get(f"{issuer}/.well-known/oauth-authorization-server", timeout=30).json()


def authlib(issuer, key):
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.oauth2.rfc7523 import PrivateKeyJWT
    from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion
    from joserfc.jwk import ECKey

    class Signed(PrivateKeyJWT):
        # the package signs with RS256, for the token endpoint
        def sign(self, auth, token_endpoint):
            return sign_jwt_bearer_assertion(
                auth.client_secret,
                issuer=auth.client_id,
                audience=issuer,
                subject=auth.client_id,
                alg="ES256",
                claims={"jti": secrets.token_urlsafe(16)},
            )

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    endpoints = metadata(issuer)
    for client_id, secret, method in [
        ("public", None, "none"),
        ("confidential", SECRET, "client_secret_basic"),
        ("confidential", SECRET, "client_secret_post"),
        ("signing", ECKey.import_key(key), Signed()),
    ]:
        session = OAuth2Session(
            client_id,
            secret,
            redirect_uri=REDIRECT_URI,
            scope=SCOPE,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
        )
        verifier = secrets.token_urlsafe(48)
        url, state = session.create_authorization_url(
            endpoints["authorization_endpoint"], code_verifier=verifier, resource=RESOURCE
        )
        response = redirect_of(url)
        token = session.fetch_token(
            endpoints["token_endpoint"], authorization_response=response, state=state, code_verifier=verifier
        )
        assert token["scope"] == SCOPE, token
        refreshed = session.refresh_token(endpoints["token_endpoint"], refresh_token=token["refresh_token"])
        if client_id != "public":
            introspected = session.introspect_token(
                endpoints["introspection_endpoint"], token=refreshed["access_token"]
            )
            assert introspected.json()["sub"] == "alice", introspected.text
            client = OAuth2Session(client_id, secret, scope="orders:read", token_endpoint_auth_method=method)
            own = client.fetch_token(endpoints["token_endpoint"], grant_type="client_credentials")
            assert own["scope"] == "orders:read", own
        current = refreshed.get("refresh_token") or token["refresh_token"]
        revoked = session.revoke_token(endpoints["revocation_endpoint"], token=current)
        assert revoked.status_code == 200, revoked.text


def requests_oauth2client(issuer, key):
    from jwskate import Jwk
    from requests_oauth2client import (
        ClientSecretBasic,
        ClientSecretPost,
        InvalidGrant,
        OAuth2Client,
        PrivateKeyJwt,
        PublicApp,
    )

    signing_key = Jwk.from_pem(key, kid="1", alg="ES256")
    for authentication in [
        PublicApp("public"),
        ClientSecretBasic("confidential", SECRET),
        ClientSecretPost("confidential", SECRET),
        PrivateKeyJwt("signing", signing_key, aud=issuer),
    ]:
        client = OAuth2Client.from_discovery_document(
            metadata(issuer), issuer=issuer, auth=authentication, redirect_uri=REDIRECT_URI, testing=True
        )
        is_public = isinstance(authentication, PublicApp)
        for is_pushed in (False, True):
            request = client.authorization_request(scope=SCOPE, resource=RESOURCE)
            sent = client.pushed_authorization_request(request) if is_pushed else request
            response = request.validate_callback(redirect_of(str(sent.uri)))
            token = client.authorization_code(response, validate=False)
            refreshed = client.refresh_token(token)
            if not is_public:
                assert client.introspect_token(refreshed.access_token)["active"]
                assert client.client_credentials(scope="orders:read").scope == "orders:read"
            current = refreshed.refresh_token or token.refresh_token
            assert client.revoke_refresh_token(current)
            try:
                client.refresh_token(current)
            except InvalidGrant:
                continue
            raise AssertionError("a revoked token was accepted")


if __name__ == "__main__":
    package, issuer_url, key_file = sys.argv[1:]
    warnings.simplefilter("ignore")
    with open(key_file, "rb") as file:
        {"authlib": authlib, "requests_oauth2client": requests_oauth2client}[package](issuer_url, file.read())
