from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.schema import Span
from review_app.logic.segments import SHOWN_CHARS, Mark, MarkKind, article_view, runs
from review_app.logic.visible import visible
from tests.review_app.desk_data import (
    article_of,
    bridge_article,
    bridge_claims,
    claim_of,
    hostile_article,
    hostile_claims,
    stored,
)

TEXT = "She said that it rained."


def mark(start: int, end: int, kind: MarkKind, claim_id: str | None = None) -> Mark:
    return Mark(span=Span(start_char=start, end_char=end), kind=kind, claim_id=claim_id)


def told(marks: list[Mark], text: str = TEXT) -> list[tuple[str, str]]:
    return [(run.text, " ".join(run.kinds)) for run in runs(text, marks)]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param([], [(TEXT, "")], id="no marks"),
        pytest.param(
            [mark(0, 3, MarkKind.SOURCE), mark(4, 8, MarkKind.CUE), mark(14, 23, MarkKind.CONTENT)],
            [("She", "source"), (" ", ""), ("said", "cue"), (" that ", ""), ("it rained", "content"), (".", "")],
            id="apart",
        ),
        pytest.param(
            [mark(0, 8, MarkKind.OTHER, "b"), mark(4, 13, MarkKind.CONTENT)],
            [("She ", "other"), ("said", "content other"), (" that", "content"), (" it rained.", "")],
            id="overlap",
        ),
        pytest.param(
            [mark(0, 24, MarkKind.CONTENT), mark(4, 8, MarkKind.CUE)],
            [("She ", "content"), ("said", "content cue"), (" that it rained.", "content")],
            id="inside",
        ),
        pytest.param(
            [mark(0, 3, MarkKind.CUE), mark(0, 3, MarkKind.SOURCE)],
            [("She", "source cue"), (" said that it rained.", "")],
            id="equal",
        ),
        pytest.param([mark(17, 99, MarkKind.CUE)], [(TEXT[:17], ""), (TEXT[17:], "cue")], id="beyond the end"),
        pytest.param([mark(90, 99, MarkKind.CUE)], [(TEXT, "")], id="wholly beyond the end"),
    ],
)
def test_runs_are_cut_at_every_border(marks: list[Mark], expected: list[tuple[str, str]]) -> None:
    assert told(marks) == expected


def test_where_other_claims_overlap_the_inner_one_opens() -> None:
    inner = runs(TEXT, [mark(0, 24, MarkKind.OTHER, "outer"), mark(4, 8, MarkKind.OTHER, "inner")])
    assert [run.claim_id for run in inner] == ["outer", "inner", "outer"]


@given(
    st.text(min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 70), st.integers(1, 20), st.sampled_from(MarkKind)), max_size=8),
)
def test_runs_always_add_up_to_the_text(text: str, places: list[tuple[int, int, MarkKind]]) -> None:
    cut = runs(text, [mark(start, start + length, kind) for start, length, kind in places])
    assert "".join(run.text for run in cut) == visible(text)
    assert all(run.text for run in cut)
    assert [(run.start_char, run.end_char) for run in cut] == [*pairwise([0, *(run.end_char for run in cut)])]
    # By this the page tells what a selection means: as it stands, or one character written out.
    for run in cut:
        own = text[run.start_char : run.end_char]
        assert run.text == own or (len(own) == 1 and len(run.text) > 1)
    for kind in MarkKind:
        n_marked = len({i for s, n, k in places if k is kind for i in range(s, min(s + n, len(text)))})
        if text == visible(text):
            assert sum(len(run.text) for run in cut if kind in run.kinds) == n_marked


def test_an_article_is_shown_whole_with_its_head_apart() -> None:
    article = bridge_article()
    claims = bridge_claims(article)
    view = article_view(article, claims[1], stored(article, claims[0], *claims[2:]))
    assert [p.is_head for p in view.paragraphs] == [True, True, True, *[False] * 5]
    assert [p.is_title for p in view.paragraphs][:3] == [False, True, False]
    assert view.heading == "Harbour bridge to close for eleven weeks"
    assert view.byline == "Coast Wire · 23 November 2026 · bridge.txt"
    marked = {kind: "".join(r.text for p in view.paragraphs for r in p.runs if kind in r.kinds) for kind in MarkKind}
    assert marked[MarkKind.CONTENT] == claims[1].content.text
    assert (marked[MarkKind.SOURCE], marked[MarkKind.CUE]) == ("She", "told")
    assert view.n_chars_before == view.n_chars_after == 0


def test_a_monstrous_article_is_cut_around_the_claim() -> None:
    article = hostile_article()
    view = article_view(article, hostile_claims(article)[0])
    shown = sum(len(run.text) for p in view.paragraphs for run in p.runs)
    assert shown < SHOWN_CHARS + 100
    assert view.n_chars_before == 0
    assert view.n_chars_after == len(article.text) - SHOWN_CHARS
    assert "[U+202E]000,1[U+202C]" in "".join(run.text for p in view.paragraphs for run in p.runs)


def test_the_end_of_a_monstrous_article_can_be_in_focus() -> None:
    text = "Begin.\n\n" + "filler words " * 20_000 + "\n\nThe end is near, he said."
    article = article_of(text, "Long", "Begin")
    view = article_view(article, claim_of(article, "The end is near", who="he"))
    assert view.n_chars_after == 0
    assert view.paragraphs[-1].runs[0].text == "The end is near"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain – “text”\n\tis left", "plain – “text”\n\tis left"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\u200bb\ufeff", "a[U+200B]b[U+FEFF]"),
        ("bell\x07", "bell[U+0007]"),
        ("עברית and عربي", "עברית and عربي"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
        ("half \ud800", "half [U+D800]"),
    ],
)
def test_steering_characters_are_written_out(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_runs_do_not_overlap_in_order() -> None:
    cut = runs(TEXT, [mark(i, i + 5, MarkKind.OTHER, str(i)) for i in range(0, 20, 3)])
    assert all(a.text and b.text for a, b in pairwise(cut))
    assert "".join(run.text for run in cut) == TEXT
