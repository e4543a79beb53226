"""Settings from the environment, read once by a composition root and passed on as a value."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

import platformdirs

from extractor.errors import ConfigError
from extractor.schema import Value

HOSTED_MODEL = "gpt-5-mini"
"""The endpoint's model where a key is set and nobody names another."""


class Settings(Value):
    """Where things are and how to reach them."""

    database_url: str
    """SQLAlchemy URL; ``CLAIMDESK_DATABASE_URL``, else a SQLite file in the user's data folder."""
    cache_dir: Path
    """Weights and other things that can be fetched again; ``CLAIMDESK_CACHE_DIR``."""
    model: str
    """Default for ``--model``: ``CLAIMDESK_MODEL``, else `HOSTED_MODEL` where a key is set, else ``local``."""
    reviewer: str
    """Who decides in the local mode of the review app; ``CLAIMDESK_REVIEWER``, else the login name."""
    weights_path: Path | None = None
    """A GGUF file to use as the local model; ``CLAIMDESK_WEIGHTS``. Its hash is checked all the same."""
    prices_path: Path | None = None
    """What the user says models cost; ``CLAIMDESK_PRICES``, else ``prices.toml`` in the configuration folder."""
    prices_named: bool = False
    """The variable names it, so it must be there."""
    desk_path: Path | None = None
    """What the desk has set for itself; ``CLAIMDESK_DESK``, else ``desk.toml`` in the configuration folder."""
    desk_named: bool = False
    """The variable names it, so it must be there."""
    second_pass: bool = False
    """Whether an endpoint is asked once more about suspected misses; ``--second-pass``."""
    requests_per_minute: int | None = None
    """What this process may ask of an endpoint; ``--rpm``. None is without limit."""
    tokens_per_minute: int | None = None
    """Of questions and answers together; ``--tpm``."""
    secrets_path: Path | None = None
    """How the review app's people log in, Streamlit's ``secrets.toml``; ``CLAIMDESK_SECRETS``, else nobody does."""
    openai_api_key: str | None = None
    """``OPENAI_API_KEY``. Never printed, never stored."""
    openai_base_url: str | None = None
    """``OPENAI_BASE_URL``; None means the provider's own."""

    contact: str | None = None
    """Where sites that are read can reach the desk, a URL or an e-mail address; ``CLAIMDESK_CONTACT``."""
    allow_networks: tuple[str, ...] = ()
    """Private networks that may be fetched from, such as ``10.1.0.0/16``; ``CLAIMDESK_ALLOW_NETWORKS``, by commas."""
    allow_ports: frozenset[int] = frozenset()
    """Ports beside 80 and 443; ``CLAIMDESK_ALLOW_PORTS``, by commas."""

    def __repr__(self) -> str:
        """Show no key and no password."""
        key = "set" if self.openai_api_key else "not set"
        url = re.sub(r"//[^/@]*@", "//...@", self.database_url)
        return f"Settings(database_url={url!r}, model={self.model!r}, openai_api_key={key})"

    __str__ = __repr__


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Args:
        env: Variables to read instead of the process's own.

    Returns:
        The settings, with a default wherever a variable is missing or empty.

    Raises:
        ConfigError: A variable is not what it should be.
    """
    env = os.environ if env is None else env
    data_dir = Path(platformdirs.user_data_dir("claimdesk", appauthor=False))
    cache_dir = env.get("CLAIMDESK_CACHE_DIR") or platformdirs.user_cache_dir("claimdesk", appauthor=False)
    weights = env.get("CLAIMDESK_WEIGHTS")
    prices = env.get("CLAIMDESK_PRICES")
    desk = env.get("CLAIMDESK_DESK")
    config_dir = Path(platformdirs.user_config_dir("claimdesk", appauthor=False))
    return Settings(
        database_url=env.get("CLAIMDESK_DATABASE_URL") or f"sqlite:///{data_dir / 'claimdesk.db'}",
        cache_dir=Path(cache_dir).expanduser(),
        model=env.get("CLAIMDESK_MODEL") or (HOSTED_MODEL if env.get("OPENAI_API_KEY") else "local"),
        reviewer=env.get("CLAIMDESK_REVIEWER") or env.get("USER") or env.get("USERNAME") or "reviewer",
        weights_path=Path(weights).expanduser() if weights else None,
        prices_path=Path(prices).expanduser() if prices else config_dir / "prices.toml",
        prices_named=bool(prices),
        desk_path=Path(desk).expanduser() if desk else config_dir / "desk.toml",
        desk_named=bool(desk),
        secrets_path=Path(env["CLAIMDESK_SECRETS"]).expanduser() if env.get("CLAIMDESK_SECRETS") else None,
        openai_api_key=env.get("OPENAI_API_KEY") or None,
        openai_base_url=env.get("OPENAI_BASE_URL") or None,
        contact=env.get("CLAIMDESK_CONTACT") or None,
        allow_networks=_networks(env.get("CLAIMDESK_ALLOW_NETWORKS", "")),
        allow_ports=_ports(env.get("CLAIMDESK_ALLOW_PORTS", "")),
    )


def with_second_pass(settings: Settings, model: str) -> Settings:
    """Let the model be asked once more about suspected misses.

    Raises:
        ConfigError: It is none behind an endpoint.
    """
    if model in {"rules", "local"}:
        raise ConfigError(f"--second-pass is for a model behind an endpoint, and not for {model!r}: leave it out")
    return settings.model_copy(update={"second_pass": True})


def with_rates(settings: Settings, model: str, *, rpm: int | None, tpm: int | None) -> Settings:
    """Limit what the model is asked in a minute.

    Raises:
        ConfigError: It is none behind an endpoint.
    """
    if (rpm or tpm) and model in {"rules", "local"}:
        raise ConfigError(f"--rpm and --tpm are for a model behind an endpoint, and not for {model!r}: leave them out")
    return settings.model_copy(update={"requests_per_minute": rpm, "tokens_per_minute": tpm})


def _networks(said: str) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in said.split(",") if part.strip())
    for network in networks:
        try:
            ip_network(network)
        except ValueError as exc:
            raise ConfigError(
                f"CLAIMDESK_ALLOW_NETWORKS has {network!r}, which is no network ({exc}): write 10.1.0.0/16"
            ) from exc
    return networks


def _ports(said: str) -> frozenset[int]:
    ports = [part.strip() for part in said.split(",") if part.strip()]
    for port in ports:
        if not port.isdecimal() or not 0 < int(port) < 2**16:
            raise ConfigError(f"CLAIMDESK_ALLOW_PORTS has {port!r}, which is no port: write numbers, such as 8080,8443")
    return frozenset(map(int, ports))
