"""`claimdesk people`: who may log in, as an engineer says it in a terminal."""

import json
import sys
from collections.abc import Callable

import pytest

from extractor.cli import main


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process, and return its code and what it prints where."""
    monkeypatch.setenv("CLAIMDESK_REVIEWER", "root")

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["claimdesk", "people", *args])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_people_come_change_and_go(people: Callable[..., tuple[int, str, str]]) -> None:
    assert people("list")[1].startswith("nobody yet: claimdesk people add anna@example.org")
    assert people("add", "Anna@example.org", "--name", "Anna [b]Kovar", "--role", "admin")[1] == (
        "Anna [b]Kovar (anna@example.org): admin\n"
    )
    assert people("add", "ben@example.org")[1] == "ben@example.org (ben@example.org): checker\n"
    assert people("add", "ben@example.org", "--role", "editor")[1] == "ben@example.org (ben@example.org): editor\n"
    listed = people("list")[1]
    assert "Anna [b]Kovar" in listed
    assert "editor" in listed
    assert people("remove", "BEN@example.org")[1] == "ben@example.org (ben@example.org) no longer gets in\n"
    assert "ben@example.org" not in people("list")[1]
    members = json.loads(people("list", "--all", "--json")[1])
    assert [(m["login"], m["role"], m["is_active"], m["changed_by"]) for m in members] == [
        ("anna@example.org", "admin", True, "root"),
        ("ben@example.org", "editor", False, "root"),
    ]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("add", " "), "a member needs a login"),
        (("add", "anna@example.org", "--name", "Someone Else"), "their decisions carry that name: leave the name out"),
        (("add", "other@example.org", "--name", "ANNA"), "the name 'ANNA' is that of 'anna@example.org'"),
        (("remove", "zoe@example.org"), "there is no member 'zoe@example.org': `claimdesk people list` names them"),
    ],
    ids=["no login", "another name", "a name twice", "unknown"],
)
def test_what_cannot_be_is_told(people: Callable[..., tuple[int, str, str]], args: tuple[str, ...], told: str) -> None:
    people("add", "anna@example.org", "--name", "Anna")
    code, out, err = people(*args)
    assert (code, out) == (2, "")
    assert told in " ".join(err.split())
    assert [m["name"] for m in json.loads(people("list", "--all", "--json")[1])] == ["Anna"]
