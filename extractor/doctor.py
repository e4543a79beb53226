"""What is installed, configured and reachable, and what to do about what is not."""

import shutil
import socket
import sys
from collections.abc import Callable
from importlib.metadata import version
from urllib.parse import urlsplit

from extractor.errors import ClaimDeskError
from extractor.schema import Value
from extractor.settings import Settings

PARTS = ("openai", "instructor", "pydantic", "sqlmodel", "streamlit", "trafilatura", "xllamacpp")
CONNECT_TIMEOUT_S = 3.0


class Finding(Value):
    """One thing that was looked at."""

    what: str
    ok: bool
    found: str
    remedy: str = ""
    """What to do; empty when all is well."""
    needed: bool = True
    """False for what ClaimDesk can do without."""


class ModelChoice(Value):
    """One thing that ``--model`` understands."""

    name: str
    ready: bool
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything ClaimDesk depends on, without changing or downloading anything.

    Args:
        settings: What is configured.

    Returns:
        One finding for each thing, the necessary ones first.
    """
    return [
        Finding(what="Python", ok=True, found=sys.version.split()[0]),
        Finding(what="libraries", ok=True, found=", ".join(f"{name} {version(name)}" for name in PARTS)),
        _database(settings),
        _weights(settings),
        _endpoint(settings),
        _desk(settings),
        _chromium(),
    ]


def list_models(settings: Settings) -> list[ModelChoice]:
    """List the choices of ``--model`` and whether each is ready."""
    weights = _weights(settings)
    endpoint = _endpoint(settings)
    return [
        ModelChoice(name="rules", ready=True, detail="no model: instant, deterministic, never invents"),
        ModelChoice(name="local", ready=weights.ok, detail=weights.found),
        ModelChoice(name="NAME", ready=endpoint.ok, detail=f"any model of the endpoint: {endpoint.found}"),
    ]


def _database(settings: Settings) -> Finding:
    from extractor.store import redacted, schema_state

    url = settings.database_url
    try:
        state = schema_state(url)
    except ClaimDeskError as exc:
        return Finding(what="database", ok=False, found=str(exc), remedy="mend CLAIMDESK_DATABASE_URL or the server")
    found = f"{redacted(url)}: {state.verdict}"
    return Finding(what="database", ok=state.is_usable, found=found, remedy="" if state.is_usable else state.remedy)


def _weights(settings: Settings) -> Finding:
    from extractor.local import weights_status

    status = weights_status(settings)
    found = f"{status.weights.name}: {status.state}, {status.path}"
    remedy = "" if status.is_here else "claimdesk models pull (1.1 GB, once); rules and endpoints work without it"
    return Finding(what="embedded model", ok=status.is_here, found=found, remedy=remedy, needed=False)


def _desk(settings: Settings) -> Finding:
    from extractor.profile import load_profile

    what, where = "desk", str(settings.desk_path)
    try:
        desk = load_profile(settings).desk
    except ClaimDeskError as exc:
        return Finding(what=what, ok=False, found=str(exc), remedy=f"correct {where}", needed=False)
    if desk.missing:
        remedy = f"set {', '.join(desk.missing)} in {where} to publish fact-checks"
        return Finding(what=what, ok=False, found="no name or address yet", remedy=remedy, needed=False)
    return Finding(what=what, ok=True, found=f"{desk.name}: {where}", needed=False)


def _endpoint(settings: Settings) -> Finding:
    what = "endpoint"
    if not (settings.openai_api_key or settings.openai_base_url):
        return Finding(
            what=what,
            ok=False,
            found="neither OPENAI_API_KEY nor OPENAI_BASE_URL is set",
            remedy="set one to use a hosted model; --model local needs neither",
            needed=False,
        )
    base_url = settings.openai_base_url or "https://api.openai.com/v1"
    key = "key set" if settings.openai_api_key else "no key"
    if error := _connect_error(base_url):
        remedy = "check OPENAI_BASE_URL and the network"
        return Finding(what=what, ok=False, found=f"{base_url}: {error}", remedy=remedy, needed=False)
    return Finding(what=what, ok=True, found=f"{base_url} answers, {key}", needed=False)


def _connect_error(url: str) -> str | None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=CONNECT_TIMEOUT_S):
            return None
    except OSError as exc:
        return str(exc)


def _chromium(which: Callable[[str], str | None] = shutil.which) -> Finding:
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    if path:
        return Finding(what="Chromium", ok=True, found=path, needed=False)
    return Finding(
        what="Chromium", ok=False, found="not found", remedy="make browser (only the tests need it)", needed=False
    )
