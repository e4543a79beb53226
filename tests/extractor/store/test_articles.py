from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from extractor.errors import StoreError
from extractor.schema import ArticleMetadata
from extractor.store import (
    add_article,
    get_article,
    list_articles,
    open_session,
    save_extraction,
)
from tests.extractor.store.samples import MODEL, NOON, fill, make_article, make_claim, make_extraction


def test_an_article_comes_back_as_it_went_in(engine: Engine) -> None:
    article = make_article("Zwölf Boxkämpfer \U0001f98a\n\n„jagen“ Viktor.")
    with open_session(engine) as session:
        assert add_article(session, article=article, now=NOON)
    with open_session(engine, reading=True) as session:
        assert get_article(session, ref=article.sha256) == article


def test_the_same_article_twice_is_one_and_the_first_stays(engine: Engine) -> None:
    first = make_article()
    again = first.model_copy(update={"metadata": ArticleMetadata(title="Another headline")})
    with open_session(engine) as session:
        assert add_article(session, article=first, now=NOON)
        assert not add_article(session, article=again, now=NOON)
        assert [a.title for a in list_articles(session)] == ["Bridge"]


def test_many_writers_with_the_same_article_store_it_once(engine: Engine) -> None:
    def add(_: int) -> bool:
        with open_session(engine) as session:
            return add_article(session, article=make_article(), now=NOON)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(24))) == 1


def test_an_article_of_a_megabyte_and_a_long_headline_are_fine(engine: Engine) -> None:
    article = make_article("Ä" * 1_000_000, title="Head " * 2_000)
    with open_session(engine) as session:
        add_article(session, article=article, now=NOON)
        assert get_article(session, ref=article.sha256[:8]).text == article.text


def test_nul_is_refused_before_the_database_sees_it(engine: Engine) -> None:
    with open_session(engine) as session, pytest.raises(StoreError, match="normalise its text"):
        add_article(session, article=make_article("a\0b"), now=NOON)


def test_an_article_is_found_by_prefix_in_either_case_or_by_title(engine: Engine) -> None:
    article = fill(engine)
    with open_session(engine, reading=True) as session:
        for ref in (article.sha256[:6], article.sha256[:20].upper(), "Bridge"):
            assert get_article(session, ref=ref) == article


@pytest.mark.parametrize("ref", ["", "zzzzzz", "Bridg", "%", "ffffff'; --"], ids=repr)
def test_an_unknown_article_is_named(engine: Engine, ref: str) -> None:
    fill(engine)
    with (
        open_session(engine, reading=True) as session,
        pytest.raises(StoreError, match=r"no article .*6 digits or more"),
    ):
        get_article(session, ref=ref)


def test_an_ambiguous_title_names_the_candidates(engine: Engine) -> None:
    first, second = fill(engine, text="One."), fill(engine, text="Two.")
    with open_session(engine, reading=True) as session, pytest.raises(StoreError) as caught:
        get_article(session, ref="Bridge")
    assert first.sha256[:12] in str(caught.value)
    assert second.sha256[:12] in str(caught.value)


def test_a_title_of_hex_digits_is_found_too(engine: Engine) -> None:
    article = make_article(title="facade")
    with open_session(engine) as session:
        add_article(session, article=article, now=NOON)
        assert get_article(session, ref="facade") == article


def test_the_list_tells_what_has_been_done(engine: Engine) -> None:
    done = fill(engine, make_claim("a"), make_claim("b"), text="Done.")
    with open_session(engine) as session:
        add_article(session, article=make_article("Not yet."), now=NOON)
        save_extraction(session, extraction=make_extraction(done, make_claim("a"), identity=MODEL))
    with open_session(engine, reading=True) as session:
        first, second = list_articles(session)
    assert (first.sha256, first.n_claims, first.model, first.extracted_at) == (done.sha256, 1, "some-model", NOON)
    assert (second.n_claims, second.model, second.extracted_at) == (0, None, None)
    assert second.added_at == NOON
    assert second.metadata.publisher == "The Courier"
