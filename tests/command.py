"""The command line in this process: what a command prints where, and how it exits."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from extractor.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Claimdesk = Callable[..., Done]


@pytest.fixture
def claimdesk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Claimdesk:
    """Run one command."""

    def run(*args: str | Path, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["claimdesk", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        return Done(code, *capsys.readouterr())

    return run
