"""Folders that are watched: new and changed files, those still being written, those that cannot be read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from extractor.errors import ConfigError
from extractor.following import Came, Event, Failed, Told, check_source
from extractor.following.sources import SETTLED_S
from extractor.store import list_sources, open_session
from tests.site import Site

Look = Callable[..., list[Event]]

BAD_NAME = "\udcff.txt"
"""A byte that is no UTF-8, as Python has it."""

OLD = 1_700_000_000


def write(path: Path, text: str | bytes, *, at: int = OLD) -> None:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (at, at))


def titles(events: list[Event]) -> list[str]:
    return [event.origin.rpartition("/")[2] for event in events if isinstance(event, Came)]


def test_files_are_read_when_they_are_new_or_changed(engine: Engine, tmp_path: Path, look: Look) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    assert look(str(folder)) == []
    write(folder / "b.txt", "The bridge is safe, she said.", at=OLD)
    write(folder / "a.txt", "The ferry is late, he said.", at=OLD + 5)
    write(folder / "notes.pdf", b"%PDF-")
    assert titles(look(str(folder))) == ["b.txt", "a.txt"]
    assert look(str(folder)) == []
    write(folder / "a.txt", "The ferry is on time, he said.", at=OLD + 9)
    (folder / "b.txt").unlink()
    assert titles(look(str(folder))) == ["a.txt"]
    with open_session(engine, reading=True) as session:
        (source,) = list_sources(session)
    assert (source.listing.address, source.listing.trouble) == (str(folder), "")


def test_a_file_that_cannot_be_read_is_named_once(tmp_path: Path, look: Look) -> None:
    write(tmp_path / "a.txt", b"\x00\x01\x02")
    write(tmp_path / "rows.jsonl", '{"text": "The ferry is late."}\n{"words": 1}\n')
    events = look(str(tmp_path))
    assert titles(events) == ["rows.jsonl:1"]
    assert [event.address for event in events if isinstance(event, Failed)] == [
        str(tmp_path / "a.txt"),
        f"{tmp_path / 'rows.jsonl'}:2",
    ]
    assert look(str(tmp_path)) == []
    write(tmp_path / "a.txt", "Now it is text.", at=OLD + 1)
    assert titles(look(str(tmp_path))) == ["a.txt"]


def test_a_file_whose_name_no_database_holds_is_named(tmp_path: Path, look: Look) -> None:
    (tmp_path / "a.txt").write_text("The ferry is late, he said.")
    (tmp_path / BAD_NAME).write_text("The bridge is safe, she said.")
    events = look(str(tmp_path))
    assert titles(events) == ["a.txt"]
    (failure,) = (event for event in events if isinstance(event, Failed))
    assert failure.reason == f"{os.path.join(tmp_path, BAD_NAME)!r} has a name that is not UTF-8: rename the file."


def test_a_file_that_is_being_written_waits(
    tmp_path: Path, look: Look, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    young, whole = tmp_path / "young.txt", tmp_path / "whole.txt"
    young.write_text("The ferry")
    whole.write_text("The bridge is safe.")
    sleep = site.time.sleep

    def write_on(seconds: float) -> None:
        young.write_text("The ferry is late.")
        sleep(seconds)

    monkeypatch.setattr(site.time, "sleep", write_on)
    assert titles(look(str(tmp_path))) == ["whole.txt"]
    assert site.time.waits == [SETTLED_S]
    monkeypatch.setattr(site.time, "sleep", sleep)
    assert titles(look(str(tmp_path))) == ["young.txt"]


def test_many_files_come_in_several_rounds(tmp_path: Path, look: Look) -> None:
    for n in range(5):
        write(tmp_path / f"{n}.txt", f"The ferry left {n} times.", at=OLD + n)
    events = look(str(tmp_path), limit=3)
    assert titles(events) == ["0.txt", "1.txt", "2.txt"]
    assert [event.note for event in events if isinstance(event, Told)] == [
        "has more than 3 new files: the rest comes next time"
    ]
    assert titles(look(str(tmp_path), limit=3)) == ["3.txt", "4.txt"]


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    assert check_source(str(tmp_path / "..")) == str(tmp_path.parent)
    assert check_source("HTTPS://news.example/feed") == "HTTPS://news.example/feed"
    for source in (str(tmp_path / "no"), "ftp://news.example/"):
        with pytest.raises(ConfigError, match="is no folder and no http or https URL"):
            check_source(source)
