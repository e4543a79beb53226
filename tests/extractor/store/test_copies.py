"""Near copies in the database: what is linked, what is left out of a backlog, what is told."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select, text

from extractor.ingest import make_article
from extractor.schema import Article, ArticleMetadata, CopyLink, NearCopyOf
from extractor.store import (
    Backlog,
    Blame,
    CopyCounts,
    add_article,
    also_in,
    copy_link,
    count_articles,
    count_backlog,
    count_copies,
    open_session,
    read_backlog,
    record_failure,
    save_extraction,
    upgrade,
)
from extractor.store.copies import MAX_HOLDERS
from extractor.store.tables import ArticleKeyRow
from tests.extractor.store.samples import NOON, RULES, make_extraction, minutes

WEEKS = [f"In week {n} the ferry left Halvar with {n * 7} guests, harbour master {n} told us." for n in range(2, 22)]
REPORT = "\n\n".join(WEEKS)
BRIEF = "\n\n".join(WEEKS[:8])
LONGER = f"{REPORT}\n\nThe ferry will stay in harbour until May, the board said on Monday."
CORRECTED = REPORT.replace("with 35 guests", "with 53 guests")
OTHER = "The mill at Varn burned down on Sunday night. Nobody was hurt, the fire brigade told a reporter there."


def add(engine: Engine, text: str, *, url: str | None = None, publisher: str | None = None, at: float = 0) -> Article:
    article = make_article(text, ArticleMetadata(url=url, publisher=publisher, title=f"Ferries, seen at {at}"))
    with open_session(engine) as session:
        add_article(session, article=article, now=minutes(at))
    return article


def link(engine: Engine, article: Article) -> CopyLink | None:
    with open_session(engine, reading=True) as session:
        return copy_link(session, sha256=article.sha256)


def waiting(engine: Engine, *articles: Article, with_copies: bool = False) -> list[str]:
    only = tuple(article.sha256 for article in articles) or None
    backlog = Backlog(identity=RULES, only=only, with_copies=with_copies)
    with open_session(engine, reading=True) as session:
        return [a.sha256 for a in read_backlog(session, backlog=backlog, after=-1, limit=100).articles]


def test_a_copy_without_a_new_sentence_is_linked_and_left_out(engine: Engine) -> None:
    first, other = add(engine, REPORT), add(engine, OTHER)
    copy = add(engine, f"Ferries are full again\n\nBy our own reporter\n\n{BRIEF}")
    brief = add(engine, BRIEF)
    found = link(engine, copy)
    assert found is not None
    assert found.copy_of is not None
    assert (found.copy_of.sha256, found.copy_of.n_new_sentences, found.updates) == (first.sha256, 0, None)
    assert 0.9 < found.copy_of.similarity < 1
    assert link(engine, brief) == CopyLink(
        copy_of=NearCopyOf(sha256=first.sha256, similarity=1.0, n_new_sentences=0), updates=None
    )
    assert link(engine, first) is None
    assert link(engine, other) is None
    assert waiting(engine) == [first.sha256, other.sha256]
    with open_session(engine, reading=True) as session:
        counts = count_backlog(session, backlog=Backlog(identity=RULES))
        assert (counts.n_meant, counts.n_copies, counts.n_waiting) == (4, 2, 2)
        assert count_copies(session) == CopyCounts(n_nothing_new=2)
        assert count_articles(session).n_without_extraction == 2


def test_a_copy_is_extracted_when_named_or_wanted(engine: Engine) -> None:
    first, copy = add(engine, REPORT), add(engine, BRIEF)
    assert waiting(engine, copy) == [copy.sha256]
    assert waiting(engine, with_copies=True) == [first.sha256, copy.sha256]


@pytest.mark.parametrize("more", [LONGER, CORRECTED], ids=["a sentence more", "another number"])
def test_a_copy_that_says_more_is_linked_and_extracted(engine: Engine, more: str) -> None:
    first, copy = add(engine, REPORT), add(engine, more)
    found = link(engine, copy)
    assert found is not None
    assert found.copy_of is not None
    assert (found.copy_of.sha256, found.copy_of.n_new_sentences) == (first.sha256, 1)
    assert not found.says_nothing_new
    assert waiting(engine) == [first.sha256, copy.sha256]


def test_what_a_brief_repeats_may_come_after_it(engine: Engine) -> None:
    brief, whole = add(engine, BRIEF), add(engine, REPORT)
    found = link(engine, whole)
    assert found is not None
    assert found.copy_of is not None
    assert (found.copy_of.sha256, found.copy_of.n_new_sentences) == (brief.sha256, 12)
    assert waiting(engine) == [brief.sha256, whole.sha256]


def test_a_copy_leads_to_the_article_that_says_it_all_and_is_extracted(engine: Engine) -> None:
    first = add(engine, REPORT)
    add(engine, f"Ferries are full again\n\n{REPORT}")  # says nothing new, so nothing leads to it
    longer = add(engine, LONGER)
    brief_of_the_longer = add(engine, LONGER[len(BRIEF) :])
    found = [link(engine, article) for article in (longer, brief_of_the_longer)]
    assert [one.copy_of.sha256 for one in found if one and one.copy_of] == [first.sha256, longer.sha256]


def test_a_copy_takes_the_place_of_what_failed(engine: Engine) -> None:
    first, copy = add(engine, REPORT), add(engine, BRIEF)
    with open_session(engine) as session:
        blame = Blame(max_tries=1)
        record_failure(session, article_sha256=first.sha256, identity=RULES, error="no", now=NOON, blame=blame)
    assert waiting(engine) == [copy.sha256]


def test_a_newer_version_of_a_url_is_linked_as_such(engine: Engine) -> None:
    url = "https://courier.example/ferries"
    first = add(engine, REPORT, url=url)
    second = add(engine, CORRECTED, url=url)
    third = add(engine, OTHER, url=url)
    assert link(engine, third) == CopyLink(copy_of=None, updates=second.sha256)
    found = link(engine, second)
    assert found is not None
    assert found.updates == first.sha256
    assert found.copy_of is not None
    assert found.copy_of.n_new_sentences == 1
    assert waiting(engine) == [first.sha256, second.sha256, third.sha256]
    with open_session(engine, reading=True) as session:
        assert count_copies(session) == CopyCounts(n_with_news=1, n_updates=2)


def test_where_else_an_article_appeared(engine: Engine) -> None:
    first = add(engine, REPORT, url="https://agency.example/1", publisher="The Agency", at=0)
    add(engine, OTHER, url="https://agency.example/2", at=1)
    brief = add(engine, BRIEF, url="https://courier.example/1", publisher="The Courier", at=2)
    add(engine, REPORT, url="https://gazette.example/1", publisher="The Gazette", at=3)  # the very same text
    add(engine, REPORT, url="https://gazette.example/1", publisher="The Gazette", at=4)
    add(engine, REPORT, url="https://agency.example/1", at=5)
    add(engine, REPORT, at=6)  # a file: no place to name
    with open_session(engine, reading=True) as session:
        seen = also_in(session, sha256=first.sha256)
        from_brief = also_in(session, sha256=brief.sha256)
        assert count_copies(session).n_reprints == 1
        assert also_in(session, sha256="0" * 64) == []
    assert [(s.metadata.publisher, s.article_sha256, s.seen_at) for s in seen] == [
        ("The Courier", brief.sha256, minutes(2)),
        ("The Gazette", first.sha256, minutes(3)),
    ]
    assert [s.metadata.publisher for s in from_brief] == ["The Agency", "The Gazette"]
    assert seen[0].link == link(engine, brief)


def test_older_articles_are_linked_when_the_database_is_upgraded(engine: Engine, database_url: str) -> None:
    first, copy = add(engine, REPORT), add(engine, BRIEF)
    linked = link(engine, copy)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM near_copy"))
        connection.execute(text("DELETE FROM article_key"))
    upgrade(database_url)
    assert link(engine, copy) == linked
    upgrade(database_url)
    assert (link(engine, first), link(engine, copy)) == (None, linked)


def test_copies_that_come_at_once_see_each_other(engine: Engine) -> None:
    versions = [f"Headline of paper {n}\n\n{REPORT}" for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        articles = list(pool.map(lambda version: add(engine, version), versions))
    links = [link(engine, article) for article in articles]
    assert links.count(None) == 1
    first = articles[links.index(None)].sha256
    assert {one.copy_of.sha256 for one in links if one and one.copy_of} == {first}


def test_a_form_that_many_articles_have_costs_no_more(engine: Engine) -> None:
    with open_session(engine) as session:
        for n in range(MAX_HOLDERS + 5):
            report = f"The wind at Halvar was light on day {n}. No rain fell at any of the five stations, it said."
            add_article(session, article=make_article(report, ArticleMetadata()), now=NOON)
    with open_session(engine, reading=True) as session:
        per_key = session.execute(select(func.count()).select_from(ArticleKeyRow).group_by(ArticleKeyRow.key))
        assert max(per_key.scalars()) == MAX_HOLDERS


def test_an_extraction_of_a_copy_counts_like_any_other(engine: Engine) -> None:
    add(engine, REPORT)
    copy = add(engine, BRIEF)
    with open_session(engine) as session:
        save_extraction(session, extraction=make_extraction(copy))
        counts = count_backlog(session, backlog=Backlog(identity=RULES))
    assert (counts.n_done, counts.n_copies, counts.n_waiting) == (1, 0, 1)
