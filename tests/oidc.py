"""A small OpenID Connect provider on loopback: authorization code flow with PKCE, keys, tokens, a page of accounts.

It does what OpenID Connect Core 1.0, Discovery 1.0 and RFC 7636 ask of a provider towards one client, and refuses
what does not fit: another client, a wrong secret, a used code, a verifier that is not the challenge's.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT_ID, CLIENT_SECRET = "claimdesk", "the client's secret"


@dataclass
class Provider:
    """Who can log in, and what is under way."""

    accounts: dict[str, Mapping[str, object]]
    """Claims of the ID token by the name on the button."""
    url: str = ""
    key: jwk.RSAKey = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def secrets_toml(self, app_url: str) -> str:
        """Return the settings for an app at an address."""
        return (
            "[auth]\n"
            f'redirect_uri = "{app_url}/oauth2callback"\n'
            f'cookie_secret = "{secrets.token_hex(32)}"\n'
            f'client_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
            'client_kwargs = { code_challenge_method = "S256", scope = "openid profile email" }\n'
        )

    def configuration(self) -> dict[str, object]:
        """Describe the provider."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def choices(self, asked: dict[str, str]) -> str:
        """Return the page on which somebody says who they are."""
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code" or not asked.get("nonce"):
            raise PermissionError("not a request of the client")
        links = "".join(
            f'<p><a href="/chosen?{escape(urlencode({**asked, "account": name}))}">{escape(name)}</a></p>'
            for name in self.accounts
        )
        return f"<!doctype html><html lang=en><title>Who are you?</title><h1>Who are you?</h1>{links}"

    def chosen(self, asked: dict[str, str]) -> str:
        """Return where the browser goes back to, with a code."""
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def tokens(self, asked: dict[str, str], authorization: str) -> dict[str, object]:
        """Return what a code is worth."""
        client_id, client_secret = asked.get("client_id"), asked.get("client_secret")
        if authorization.startswith("Basic "):
            given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            client_id, client_secret = map(unquote, given.split(":", 1))
        if (client_id, client_secret) != (CLIENT_ID, CLIENT_SECRET):
            raise PermissionError("not the client")
        began = self.codes.pop(asked["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=")
        if began["code_challenge"] != proof.decode() or began["redirect_uri"] != asked["redirect_uri"]:
            raise PermissionError("not who began")
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 600,
            "nonce": began["nonce"],
            "sub": began["account"],
            **self.accounts[began["account"]],
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": 600, "id_token": token}


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, _flat(urlsplit(self.path).query)
        match path:
            case "/.well-known/openid-configuration":
                self._json(self.provider.configuration())
            case "/keys":
                self._json({"keys": [self.provider.key.as_dict(private=False)]})
            case "/authorize":
                self._answer(200, self.provider.choices(asked).encode(), "text/html")
            case "/chosen":
                self._go(self.provider.chosen(asked))
            case "/end":
                self._go(asked["post_logout_redirect_uri"])
            case _:
                self._answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            self._json(self.provider.tokens(_flat(body), self.headers.get("Authorization", "")))
        except (PermissionError, KeyError) as exc:
            self._answer(400, json.dumps({"error": "invalid_grant", "error_description": str(exc)}).encode())

    def _go(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.end_headers()

    def _json(self, value: object) -> None:
        self._answer(200, json.dumps(value).encode())

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_provider(accounts: dict[str, Mapping[str, object]]) -> Iterator[Provider]:
    """Run a provider until the block ends."""
    provider = Provider(accounts)
    handler = type("BoundHandler", (Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
