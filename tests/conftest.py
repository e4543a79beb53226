"""What every test shares: a clean environment, no network beyond loopback, real data by path."""

import os
from pathlib import Path

import pytest

from tests.command import claimdesk
from tests.databases import database_url, postgres_server, postgres_url, secretive_url, sqlite_url

__all__ = ["claimdesk", "database_url", "postgres_server", "postgres_url", "secretive_url", "sqlite_url"]

SHARED_DATA = Path(os.environ.get("CLAIMDESK_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take every setting of ours away and point the data folder at a temporary one."""
    for name in list(os.environ):
        if name.startswith("OPENAI_") or name in {
            "CLAIMDESK_DATABASE_URL",
            "CLAIMDESK_DESK",
            "CLAIMDESK_MODEL",
            "CLAIMDESK_PRICES",
            "CLAIMDESK_REVIEWER",
            "CLAIMDESK_SECRETS",
            "CLAIMDESK_WEIGHTS",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("CLAIMDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'claimdesk.db'}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input that is not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real input is absent: no folder {str(SHARED_DATA)!r} (CLAIMDESK_SHARED_DATA names another)")
    return SHARED_DATA
