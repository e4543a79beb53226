"""Bytes of every kind."""

import random
from io import BytesIO

import pytest

from extractor.errors import IngestError
from extractor.ingest.decoding import MAX_ARTICLE_BYTES, decode, read_limited

FRENCH = "Le président a déclaré mardi que l’économie était en bonne santé. « Nous sommes prêts », a-t-il ajouté. " * 5
POLISH = "Premier powiedział we wtorek, że rząd rozważy nowe środki. Jesteśmy gotowi, dodał minister z Łodzi. " * 5
RUSSIAN = "Министр иностранных дел заявил во вторник, что переговоры продолжатся. «Мы готовы», сказал он. " * 5
JAPANESE = "首相は火曜日に記者団に対し、経済は回復していると述べた。野党はこれに反対した。" * 5
CHINESE = "外交部发言人星期二表示，愿意继续与各方合作。他说，双方已经达成共识。" * 5
ENGLISH = "“We won’t go,” said the owner of the café in Málaga – twice – and closed the door behind him. " * 5


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-32"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (RUSSIAN, "cp1251"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (ENGLISH, "cp1252"),
    ],
)
def test_old_and_new_encodings(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("windows-1251", "cp1251"), ("KOI8-R", "koi8-r"), ("nonsense", "cp1251"), ("hex", "cp1251")],
)
def test_a_declared_encoding(declared: str, encoding: str) -> None:
    text = RUSSIAN.replace("«", "").replace("»", "")
    assert decode(text.encode(encoding), "a.html", declared=declared) == text


def test_utf8_comes_before_what_is_declared() -> None:
    assert decode("café".encode(), "a", declared="iso-8859-1") == "café"


def test_latin_1_means_what_browsers_take_it_for() -> None:
    assert decode("“café”".encode("cp1252"), "a", declared="iso-8859-1") == "“café”"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \r\n\t", "is empty", id="blank"),
        pytest.param(b"MZ\x00\x00\x01\x02" * 100, "is binary", id="program"),
        pytest.param(b"%PDF-1.7 text", "is a PDF", id="pdf"),
        pytest.param(b"PK\x03\x04abc", "is a ZIP or Office file", id="docx"),
        pytest.param(b"\x01\x02\x03\x04 abc" * 50, "is binary", id="controls"),
        pytest.param(RUSSIAN.encode()[:201] + RUSSIAN.encode(), "is broken UTF-8 at byte 200", id="a broken character"),
        pytest.param(b"\xff\xfeA", "says it is utf-16", id="half a character of UTF-16"),
        pytest.param(random.Random(7).randbytes(4000).translate(None, bytes(range(32))), "cannot be told", id="noise"),
        pytest.param("“We won’t,” he said.".encode("mac_roman") * 20, "cannot be told", id="an encoding of the past"),
    ],
)
def test_what_is_not_text(data: bytes, complaint: str) -> None:
    with pytest.raises(IngestError, match=complaint) as refused:
        decode(data, "a.txt")
    assert "'a.txt'" in str(refused.value)
    assert str(refused.value).endswith(".")


def test_the_limit() -> None:
    assert len(read_limited(BytesIO(b"x" * MAX_ARTICLE_BYTES), "a.txt")) == MAX_ARTICLE_BYTES
    with pytest.raises(IngestError, match=r"'a\.txt' is larger than 10 MB"):
        read_limited(BytesIO(b"x" * (MAX_ARTICLE_BYTES + 1)), "a.txt")
