"""What stands before the body, and what must not be taken for it."""

import json
from datetime import date
from pathlib import Path

import pytest

from extractor.ingest import make_article
from extractor.ingest.dateline import read_dateline
from extractor.schema import ArticleMetadata

BODY = "The harbour will close for two days, the port authority said."


@pytest.mark.parametrize(
    ("printed", "agency", "published"),
    [
        ("DUSHANBE, September 16. /TASS/. ", "TASS", None),
        ("MOSCOW, 16 September 2021 /TASS/ - ", "TASS", date(2021, 9, 16)),
        ("WASHINGTON (Reuters) - ", "Reuters", None),
        ("WASHINGTON, May 4 (Reuters) - ", "Reuters", None),
        ("MOSCOW/KYIV, Sept 16 (Reuters) - ", "Reuters", None),
        ("BERLIN, 3 March (dpa) - ", "dpa", None),
        ("Berlin (dpa) - ", "dpa", None),
        ("Frankfurt am Main, 3 March (dpa) — ", "dpa", None),
        ("KYIV, Ukraine (AP) — ", "AP", None),
        ("MOSCOW. Sept 16 (Interfax) - ", "Interfax", None),
        ("BEIJING, Sept. 16 (Xinhua) -- ", "Xinhua", None),
        ("NEW YORK, Jan. 5, 2021 /PRNewswire/ -- ", "PRNewswire", date(2021, 1, 5)),
        ("GENEVA, 4 May 2021 (ILO News) – ", "ILO News", date(2021, 5, 4)),
        ("(Reuters) - ", "Reuters", None),
        ("LONDON, May 4 -- ", None, None),
        ("LONDON, Thursday, May 4 — ", None, None),
        ("LONDON (May 4) -- ", None, None),
        ("PORT-AU-PRINCE, Haiti, 12 January 2010 - ", None, date(2010, 1, 12)),
    ],
)
def test_datelines_of_the_agencies(printed: str, agency: str | None, published: date | None) -> None:
    article = make_article(printed + BODY, ArticleMetadata())
    assert article.text[article.body_start_char :] == BODY
    assert article.metadata.dateline == printed.rstrip(" -–—")
    assert article.metadata.publisher == agency
    assert article.metadata.published == published
    assert article.metadata.title is None


@pytest.mark.parametrize(
    "line",
    [
        "On May 4 - a Tuesday - the harbour closed.",
        "NATO (the alliance) - or what is left of it - met in Brussels.",
        "NATO — whose members met on Tuesday — has said nothing.",
        "COVID-19, May 4 - the numbers rise.",
        "She told the Kyodo (AP) - a surprise.",
        "He read and/or wrote letters/notes every day.",
        "LONDON, May 45 -- the day does not exist.",
        "https://example.org/TASS/ is where it stands.",
        "Mr. Lee (Labour) - a former miner - won the seat.",
        "USA (Team A) - 3, Mexico - 1.",
    ],
)
def test_sentences_are_no_datelines(line: str) -> None:
    found = read_dateline(line)
    assert found is None or not found.certain
    assert make_article(line, ArticleMetadata()).body_start_char == 0


def test_the_tass_report(shared_data: Path) -> None:
    text = (shared_data / "tass-csto-2021-09-16.txt").read_text(encoding="utf-8")
    article = make_article(text, ArticleMetadata(origin="tass.txt"))
    lines = text.split("\n\n")
    assert article.metadata == ArticleMetadata(
        section=lines[0],
        title=lines[1],
        deck=lines[2],
        dateline="DUSHANBE, September 16. /TASS/.",
        publisher="TASS",
        origin="tass.txt",
    )
    assert article.text == text.rstrip()
    assert article.text[article.body_start_char :].startswith("Members of the Collective")


def wikinews(shared_data: Path) -> list[dict[str, str]]:
    lines = (shared_data / "wikinews_en.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("titled", [True, False])
def test_no_first_paragraph_is_taken_for_a_headline(shared_data: Path, titled: bool) -> None:
    rows = wikinews(shared_data)
    headers = {}
    for row in rows:
        article = make_article(row["text"], ArticleMetadata(title=row["title"] if titled else None))
        if article.body_start_char:
            headers[row["id"]] = article.text[: article.body_start_char]
    assert len(rows) == 294
    assert headers == {}


def test_a_headline_is_found_above_every_ordinary_article(shared_data: Path) -> None:
    """Two rows begin with the legend of a map, one title is too long to be sure."""
    missed = []
    for row in wikinews(shared_data):
        article = make_article(f"{row['title']}\n\n{row['text']}", ArticleMetadata())
        if article.metadata.title != row["title"] or article.body_start_char != len(row["title"]) + 2:
            missed.append(row["id"])
    assert len(missed) <= 3


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("Harbour to close\n\n", {"title": "Harbour to close"}, id="headline"),
        pytest.param(
            "Harbour to close\n\nFerries will sail from the old pier\n\n",
            {"title": "Harbour to close", "deck": "Ferries will sail from the old pier"},
            id="headline and deck",
        ),
        pytest.param(
            "Harbour to close\nBy Ana Silva\n4 May 2021\n\n",
            {"title": "Harbour to close", "byline": "Ana Silva", "published": date(2021, 5, 4)},
            id="byline and day",
        ),
        pytest.param(
            "World news\nHarbour to close for two days\nFerries sail on.\nBy Ana Silva\nOSLO, May 4 (AP) — ",
            {
                "section": "World news",
                "title": "Harbour to close for two days",
                "deck": "Ferries sail on.",
                "byline": "Ana Silva",
                "dateline": "OSLO, May 4 (AP)",
                "publisher": "AP",
            },
            id="everything, line by line",
        ),
        pytest.param("Is the harbour closed?\n\n", {"title": "Is the harbour closed?"}, id="question"),
        pytest.param(
            "Harbour to close\n\nOSLO — ",
            {"title": "Harbour to close", "dateline": "OSLO"},
            id="a bare place under a headline",
        ),
    ],
)
def test_headers(header: str, expected: dict[str, object]) -> None:
    article = make_article(header + BODY + "\n\nMore follows.", ArticleMetadata())
    assert article.text[article.body_start_char :].startswith(BODY)
    assert article.metadata == ArticleMetadata(**expected)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{BODY}\n\n{BODY}", id="prose"),
        pytest.param("The council met\non Tuesday and agreed to\nclose the harbour.", id="wrapped lines"),
        pytest.param("- fish\n\n- ships\n\n- ports", id="a list"),
        pytest.param("Harbour to close", id="a headline alone"),
        pytest.param("He said:\n\n" + BODY, id="an opening with a colon"),
        pytest.param("Roses are red\n\nViolets are blue\n\nSugar is sweet", id="verse"),
        pytest.param("Harbour to close\n\nOSLO, May 4 (AP) —", id="nothing behind the dateline"),
        pytest.param(f"{BODY}\n\nOSLO, May 4 (AP) — {BODY}", id="prose above a dateline"),
    ],
)
def test_no_header(text: str) -> None:
    article = make_article(text, ArticleMetadata(origin="a"))
    assert article.body_start_char == 0
    assert article.metadata == ArticleMetadata(origin="a")


def test_what_the_input_says_stays() -> None:
    known = ArticleMetadata(title="Harbour to close", publisher="Port News", published=date(2020, 1, 1))
    article = make_article(f"Shipping\n\nHarbour to close\n\nOSLO, 4 May 2021 (AP) — {BODY}", known)
    assert article.metadata.title == "Harbour to close"
    assert article.metadata.section == "Shipping"
    assert article.metadata.publisher == "Port News"
    assert article.metadata.published == date(2020, 1, 1)
    assert article.metadata.dateline == "OSLO, 4 May 2021 (AP)"


def test_a_known_title_that_opens_the_text_is_its_headline() -> None:
    article = make_article(f"Harbour  to close.\n\n{BODY}", ArticleMetadata(title="harbour to close."))
    assert article.text[article.body_start_char :] == BODY
