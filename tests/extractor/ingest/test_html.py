"""Pages."""

import contextlib
from datetime import date

import pytest

from extractor.errors import IngestError
from extractor.ingest.html import charset_in_markup, looks_like_html, read_html
from extractor.schema import ArticleMetadata

KNOWN = ArticleMetadata(origin="a.html")
PARAGRAPHS = (
    "The harbour of Westhaven will close for two days next week, the port authority said on Tuesday after a storm.",
    "“We had no choice,” said Ana Silva, the harbour master, who has run the port for eleven years. {{ 1 + 1 }}",
    "Ferries will sail from the old pier, and fishing boats may use the northern basin until Friday, she added.",
)
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8">
<title>Harbour to close for two days | Port News</title>
<meta property="og:title" content="Harbour to close for two days">
<meta property="og:site_name" content="Port News">
<meta name="author" content="Ben Ode">
<meta property="article:published_time" content="2021-05-04T10:20:00+02:00">
<link rel="canonical" href="https://port.example/harbour">
</head><body>
<nav><a href="/">Home</a> <a href="/sea">Sea</a></nav>
<article><h1>Harbour to close for two days</h1>
{"".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)}
</article>
<section id="comments"><h2>Comments</h2>
<p>I never liked that harbour, and I have told everybody so for years.</p></section>
<footer>Copyright 2019 Port News. All rights reserved.</footer>
</body></html>"""


def test_an_article_with_all_its_markup() -> None:
    article = read_html(PAGE, KNOWN)
    assert article.text[article.body_start_char :] == "\n\n".join(PARAGRAPHS)
    assert article.metadata == ArticleMetadata(
        title="Harbour to close for two days",
        byline="Ben Ode",
        publisher="Port News",
        published=date(2021, 5, 4),
        language="en",
        url="https://port.example/harbour",
        origin="a.html",
    )


def test_a_bare_page_says_little_and_nothing_is_guessed() -> None:
    page = f"<html><body><article>{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article><p>© 2019</p></body></html>"
    metadata = read_html(page, KNOWN).metadata
    assert (metadata.published, metadata.byline, metadata.publisher, metadata.url) == (None, None, None, None)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<html><body></body></html>", id="empty"),
        pytest.param("<html><body><nav><a href='/'>Home</a></nav></body></html>", id="navigation"),
        pytest.param("<html><head><script>let a = 1;</script></head></html>", id="script"),
        pytest.param("<" * 10_000, id="no markup"),
    ],
)
def test_a_page_without_an_article(page: str) -> None:
    with pytest.raises(IngestError, match=r"'a\.html'.*save its text as \.txt"):
        read_html(page, KNOWN)


def test_deep_nesting_is_read_or_refused() -> None:
    page = "<html><body>" + "<div>" * 50_000 + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    with contextlib.suppress(IngestError):
        assert PARAGRAPHS[0] in read_html(page, KNOWN).text


@pytest.mark.parametrize(
    ("source", "is_page"),
    [
        ("<!DOCTYPE html><p>", True),
        ("\n <HTML>", True),
        ("<?xml version='1.0'?><html>", True),
        ("<p>A quotation of markup.", False),
        ("Plain words", False),
    ],
)
def test_pages_are_told_by_their_beginning(source: str, is_page: bool) -> None:
    assert looks_like_html(source) is is_page


def test_the_declared_encoding_is_found() -> None:
    assert charset_in_markup(b'<html><meta charset="windows-1251">') == "windows-1251"
    assert charset_in_markup(b"<meta http-equiv=x content='text/html; charset=koi8-r'>") == "koi8-r"
    assert charset_in_markup(b"<html>charset=x") is None
