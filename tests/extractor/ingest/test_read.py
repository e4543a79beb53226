"""Every kind of input, and one bad one among good ones."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from extractor.errors import IngestError
from extractor.ingest import Page, Rejected, read_articles
from extractor.ingest.decoding import MAX_ARTICLE_BYTES
from extractor.schema import Article

PROSE = "The harbour will close for two days, the port authority said."


def no_fetch(url: str) -> Page:
    raise AssertionError(f"nobody asked for {url}")


def read(*inputs: str | Path, stdin: bytes = b"") -> list[Article | Rejected]:
    return list(read_articles([str(given) for given in inputs], stdin=BytesIO(stdin), fetch=no_fetch))


def only_rejection(*inputs: str | Path, stdin: bytes = b"") -> str:
    (outcome,) = read(*inputs, stdin=stdin)
    assert isinstance(outcome, Rejected)
    assert outcome.reason.endswith(".")
    assert "\n" not in outcome.reason
    return outcome.reason


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_files_by_their_ending(in_folder: Path) -> None:
    Path("a.txt").write_text(PROSE)
    Path("b.MD").write_text(f"# Harbour\n\n*{PROSE}*")
    Path("c.htm").write_text(f"<html><body><article>{f'<p>{PROSE}</p>' * 5}</article></body></html>")
    Path("d.jsonl").write_text(json.dumps({"text": PROSE}) + "\n")
    a, b, c, d = read("a.txt", "b.MD", "c.htm", "d.jsonl")
    assert isinstance(a, Article)
    assert a.text == PROSE
    assert a.metadata.origin == "a.txt"
    assert isinstance(b, Article)
    assert b.text == f"Harbour\n\n{PROSE}"
    assert isinstance(c, Article)
    assert c.text.startswith(PROSE)
    assert isinstance(d, Article)
    assert d.metadata.origin == "d.jsonl:1"


def test_a_folder_is_read_in_order(in_folder: Path) -> None:
    for name in ("z.txt", "b/2.txt", "b/1.md", "a.TXT", ".hidden/x.txt", ".y.txt", "b/picture.png", "notes"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(f"{PROSE} {name}")
    os.symlink(".", "loop")
    outcomes = read(".")
    assert [o.metadata.origin for o in outcomes if isinstance(o, Article)] == [
        "./a.TXT",
        "./b/1.md",
        "./b/2.txt",
        "./z.txt",
    ]


def test_globs(in_folder: Path) -> None:
    for name in ("b.txt", "a.txt", "c.png", "sub/d.txt", "[1].txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(f"{PROSE} {name}")
    assert [o.metadata.origin for o in read("?.txt") if isinstance(o, Article)] == ["a.txt", "b.txt"]
    assert [o.metadata.origin for o in read("s*") if isinstance(o, Article)] == ["sub/d.txt"]
    assert [o.metadata.origin for o in read("**/d.*") if isinstance(o, Article)] == ["sub/d.txt"]
    assert [o.metadata.origin for o in read("[1].txt") if isinstance(o, Article)] == ["[1].txt"]


def test_bad_input_never_stops_the_others(in_folder: Path) -> None:
    Path("good.txt").write_text(PROSE)
    Path("empty.txt").write_text(" \n")
    Path("empty.jsonl").write_text("\n\n")
    Path("binary.txt").write_bytes(bytes(range(256)) * 10)
    Path("binary.jsonl").write_bytes(bytes(range(256)) * 10)
    Path("large.txt").write_bytes(b"x" * (MAX_ARTICLE_BYTES + 1))
    Path("broken.txt").write_bytes("Мы готовы, сказал он".encode()[:-1])
    Path("page.html").write_text("<html><body><nav>Home</nav></body></html>")
    Path("word.docx").write_bytes(b"PK\x03\x04")
    Path("nothing").mkdir()
    os.mkfifo("pipe.txt")
    bad = {
        "missing.txt": "does not exist",
        "empty.txt": "is empty",
        "empty.jsonl": "is empty",
        "binary.jsonl": "is binary",
        "binary.txt": "is binary",
        "large.txt": "is larger than 10 MB",
        "broken.txt": "is broken UTF-8",
        "page.html": "has no article",
        "word.docx": "does not end in",
        "nothing": "is a folder without articles",
        "pipe.txt": "is no regular file",
        "*.xyz": "matches no file",
        "*.docx": "matches no file",
        "ftp://example.org/a": "is no http or https URL",
        "a" * 300: "does not exist",
        "nul\x00.txt": "does not exist",
        "": "does not exist",
    }
    outcomes = read(*bad, "good.txt")
    assert isinstance(outcomes[-1], Article)
    for (given, complaint), outcome in zip(bad.items(), outcomes, strict=False):
        assert isinstance(outcome, Rejected)
        assert outcome.origin == given
        assert repr(given) in outcome.reason
        assert complaint in outcome.reason
        assert ":" in outcome.reason, "it says what to do"
    assert len(outcomes) == len(bad) + 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(in_folder: Path) -> None:
    Path("a.txt").write_text(PROSE)
    Path("a.txt").chmod(0)
    assert "cannot be read" in only_rejection("a.txt")


def test_all_fields_of_jsonl(in_folder: Path) -> None:
    row = {
        "id": "n-1",
        "text": PROSE,
        "title": "Harbour",
        "deck": "Ferries sail",
        "section": "Sea",
        "byline": "Ana Silva",
        "publisher": "Port News",
        "date": "2021-05-04T10:00:00Z",
        "lang": "en-GB",
        "url": "https://port.example/1",
        "licence": "CC BY 2.5",
    }
    Path("a.jsonl").write_text("\ufeff" + json.dumps(row) + "\r\n\r\n")
    (article,) = read("a.jsonl")
    assert isinstance(article, Article)
    assert article.metadata.model_dump() == {
        "title": "Harbour",
        "deck": "Ferries sail",
        "section": "Sea",
        "byline": "Ana Silva",
        "publisher": "Port News",
        "dateline": None,
        "published": date(2021, 5, 4),
        "language": "en",
        "url": "https://port.example/1",
        "origin": "n-1",
    }


def test_broken_rows_are_named_and_the_others_read(in_folder: Path) -> None:
    good = json.dumps({"text": PROSE}).encode()
    rows = {
        b"{not json": "is not JSON",
        b"[1, 2]": "is not a JSON object",
        b'{"title": "x"}': "has no field 'text'",
        b'{"text": "x", "tilte": "y"}': "has an unknown field 'tilte'",
        b'{"text": 5}': "has an unusable field 'text'",
        b'{"text": "x", "date": "yesterday"}': "has an unusable field",
        b'{"text": "x", "lang": "English"}': "has an unusable field",
        b'{"text": " "}': "has an empty field 'text'",
        b'{"text": "\xff"}': "is not UTF-8",
        b'{"text": "' + b"x" * MAX_ARTICLE_BYTES + b'"}': "is larger than 10 MB",
        b"[" * 100_000: "is not JSON",
    }
    Path("a.jsonl").write_bytes(b"\n".join(line for bad in rows for line in (bad, good)))
    outcomes = read("a.jsonl")
    assert [type(o) for o in outcomes] == [Rejected, Article] * len(rows)
    for i, (complaint, outcome) in enumerate(zip(rows.values(), outcomes[::2], strict=True)):
        assert isinstance(outcome, Rejected)
        assert outcome.origin == f"a.jsonl:{2 * i + 1}"
        assert f"'a.jsonl:{2 * i + 1}'" in outcome.reason
        assert complaint in outcome.reason
        assert len(outcome.reason) < 500


def test_every_row_of_the_real_file(shared_data: Path) -> None:
    outcomes = read(shared_data / "wikinews_en.jsonl")
    assert [type(o) for o in outcomes] == [Article] * 294
    first = outcomes[0]
    assert isinstance(first, Article)
    assert first.metadata.origin == "enwn-2019-000"
    assert first.metadata.published == date(2019, 1, 4)


class Endless:
    """A stream of rows without an end."""

    def __init__(self) -> None:
        self.n_read = 0

    def readline(self, limit: int = -1) -> bytes:
        self.n_read += 1
        return json.dumps({"text": f"{PROSE} {self.n_read}"}).encode() + b"\n"


def test_jsonl_is_read_as_a_stream() -> None:
    stream = Endless()
    articles: Iterator[Article | Rejected] = read_articles(["-"], stdin=stream, fetch=no_fetch)  # type: ignore[arg-type]
    assert isinstance(next(articles), Article)
    assert isinstance(next(articles), Article)
    assert stream.n_read == 2


@pytest.mark.parametrize(
    ("stdin", "title"),
    [
        pytest.param(f"Harbour to close\n\n{PROSE}".encode(), "Harbour to close", id="text"),
        pytest.param(json.dumps({"text": PROSE, "title": "Row"}).encode(), "Row", id="jsonl"),
        pytest.param(
            f"<!doctype html>\n<html><head><title>Page</title></head><body>{f'<p>{PROSE}</p>' * 5}</body>".encode(),
            "Page",
            id="page",
        ),
        pytest.param(f"{{{{ name }}}} said it. {PROSE}".encode(), None, id="a template is text"),
    ],
)
def test_standard_input(stdin: bytes, title: str | None) -> None:
    (article,) = read("-", stdin=stdin)
    assert isinstance(article, Article)
    assert PROSE in article.text
    assert article.metadata.title == title


@pytest.mark.parametrize(
    ("stdin", "complaint"),
    [(b"", "is empty"), (b"\x00\x01" * 50, "is binary"), (b"x" * (MAX_ARTICLE_BYTES + 1), "is larger than 10 MB")],
)
def test_bad_standard_input(stdin: bytes, complaint: str) -> None:
    assert complaint in only_rejection("-", stdin=stdin)


@pytest.mark.parametrize(
    ("media_type", "content", "text"),
    [
        ("text/plain", PROSE, PROSE),
        ("text/markdown", f"*{PROSE}*", PROSE),
        ("", PROSE, PROSE),
        ("", f"<html><body>{f'<p>{PROSE}</p>' * 4}</body></html>", "\n\n".join([PROSE] * 4)),
        ("text/html", f"<html><body>{f'<p>{PROSE}</p>' * 4}</body></html>", "\n\n".join([PROSE] * 4)),
    ],
)
def test_a_fetched_page_is_read_by_its_type(media_type: str, content: str, text: str) -> None:
    def fetch(url: str) -> Page:
        return Page(url=f"{url}/final", media_type=media_type, charset="utf-8", content=content.encode())

    (article,) = read_articles(["HTTPS://port.example/a"], stdin=BytesIO(), fetch=fetch)
    assert isinstance(article, Article)
    assert article.text == text
    assert article.metadata.origin == "HTTPS://port.example/a"
    assert article.metadata.url == "HTTPS://port.example/a/final"


def test_a_failed_fetch_is_one_rejection() -> None:
    def fetch(url: str) -> Page:
        raise IngestError(f"{url!r} was answered with 404: check the URL.")

    (outcome,) = read_articles(["https://port.example/a"], stdin=BytesIO(), fetch=fetch)
    assert outcome == Rejected(
        origin="https://port.example/a",
        reason="'https://port.example/a' was answered with 404: check the URL.",
    )


def test_importing_is_cheap() -> None:
    heavy = ("trafilatura", "charset_normalizer", "httpx2", "httpcore2", "ssrfguard", "markdown_it", "yaml", "lxml")
    code = f"import sys, extractor.ingest; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
