"""The settings by which people log in, checked before the app starts: the browser would only show a trace."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from extractor.errors import ConfigError

SHARED = ("redirect_uri", "cookie_secret")
OF_EACH = ("client_id", "client_secret", "server_metadata_url")
CALLBACK = "/oauth2callback"
LEAST_SECRET_CHARS = 32
"""Whoever guesses the secret can sign a cookie that says anything: RFC 7518, section 3.2, asks for 256 bits."""


def check_login(path: Path) -> str:
    """Check the settings for the login.

    Args:
        path: A file in the form of Streamlit's ``secrets.toml``.

    Returns:
        The host name under which people reach the app.

    Raises:
        ConfigError: The file cannot be read, or something is missing in it.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(f"CLAIMDESK_SECRETS names {str(path)!r}, which cannot be read ({exc.strerror})") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{str(path)!r} is no TOML file: {exc}") from exc
    section = settings.get("auth")
    if not isinstance(section, Mapping):
        raise ConfigError(f"{str(path)!r} has no section [auth]: docs/review.md shows one")
    services = {name: value for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value}
    _demand(section, SHARED if services else (*SHARED, *OF_EACH), path, "[auth]")
    for name, service in services.items():
        _demand(service, OF_EACH, path, f"[auth.{name}]")
    if len(str(section["cookie_secret"])) < LEAST_SECRET_CHARS:
        raise ConfigError(
            f"the cookie_secret in {str(path)!r} is shorter than {LEAST_SECRET_CHARS} characters: "
            "make one with `openssl rand -hex 32`"
        )
    address = urlsplit(str(section["redirect_uri"]))
    if address.scheme not in {"http", "https"} or not address.hostname or not address.path.endswith(CALLBACK):
        raise ConfigError(
            f"the redirect_uri in {str(path)!r} must be the whole address of the app with {CALLBACK} behind it"
        )
    return address.hostname or ""


def _demand(section: Mapping[str, Any], names: tuple[str, ...], path: Path, where: str) -> None:
    missing = [name for name in names if not section.get(name)]
    if missing:
        raise ConfigError(f"{where} in {str(path)!r} has no {' and no '.join(missing)}: docs/review.md shows one")
