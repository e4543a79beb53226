import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.merge import merge
from extractor.schema import (
    Claim,
    ClaimKind,
    Flag,
    FlagCode,
    GroundingLevel,
    Part,
    Quotation,
    Source,
    SourceKind,
    Span,
)

DOUBT = Flag(code=FlagCode.SOURCE_UNCERTAIN, detail="Inferred.")


def make_claim(
    text: str = "The bridge was closed on Monday.",
    at: tuple[int, int] | None = (100, 140),
    name: str = "Elena Marsh",
    level: GroundingLevel = GroundingLevel.EXACT,
    flags: tuple[Flag, ...] = (),
    **changes: object,
) -> Claim:
    spans = (Span(start_char=at[0], end_char=at[1]),) if at else ()
    values: dict[str, object] = {
        "id": hashlib.sha256(f"{text}{at}{name}".encode()).hexdigest()[:24],
        "text": text,
        "content": Part(text=text, spans=spans, level=level if at else GroundingLevel.NOT_FOUND),
        "quotation": Quotation.INDIRECT,
        "source": Source(name=name, kind=SourceKind.PERSON),
        "kind": ClaimKind.EVENT,
        "check_worthiness": 0.5,
        "check_worthiness_reason": "Test.",
        "flags": flags,
    }
    return Claim.model_validate(values | changes)


@pytest.mark.parametrize(
    ("a", "b", "n"),
    [
        pytest.param(make_claim(), make_claim(), 1, id="the-same"),
        pytest.param(make_claim(), make_claim(at=(104, 140), text="Bridge closed on Monday."), 1, id="cut-differently"),
        pytest.param(make_claim(), make_claim(at=(0, 30)), 1, id="headline-repeats"),
        pytest.param(make_claim(), make_claim(name="Marsh", at=(900, 940)), 1, id="shorter-name"),
        pytest.param(make_claim(), make_claim(name="Joren Pike"), 2, id="other-source"),
        pytest.param(
            make_claim(name="The guild's lawyer"),
            make_claim("It is not true that the bridge was closed on Monday.", name="guild"),
            2,
            id="denied-in-one-place",
        ),
        pytest.param(make_claim(), make_claim(name="she", flags=(DOUBT,)), 1, id="unsure-source-in-one-place"),
        pytest.param(make_claim(), make_claim(at=(125, 180), text="It was repaired."), 2, id="overlap-is-allowed"),
        pytest.param(
            make_claim("In May 40 of the old houses in the lower town were lost."),
            make_claim("In May 14 of the old houses in the lower town were lost.", at=(500, 540)),
            2,
            id="other-number",
        ),
        pytest.param(
            make_claim("The bridge was never closed on a Monday in winter."),
            make_claim("The bridge was closed on a Monday in winter.", at=(500, 540)),
            2,
            id="negated",
        ),
        pytest.param(
            make_claim("Prices in the eastern districts of Tarn rose in the last week of May."),
            make_claim("Prices in the eastern districts of Tarn fell in the last week of May.", at=(500, 540)),
            2,
            id="opposite-word",
        ),
    ],
)
def test_duplicates_are_united_and_nothing_else(a: Claim, b: Claim, n: int) -> None:
    assert len(merge([a, b])) == len(merge([b, a])) == n
    assert merge([a, b]) == merge([b, a])


def test_the_best_grounded_with_fewest_flags_stays_and_takes_over_what_it_lacks() -> None:
    reuters = Source(name="Wirebird", kind=SourceKind.ORGANISATION)
    cue = Part(text="said", spans=(Span(start_char=150, end_char=154),), level=GroundingLevel.EXACT)
    sure = make_claim()
    rich = make_claim(text="Bridge was closed on Monday.", flags=(DOUBT,), chain=(reuters,), cue=cue)
    rough = make_claim(text="Bridge closed Monday.", level=GroundingLevel.SENTENCE, at=(99, 142))
    (kept,) = merge([rough, rich, sure])
    assert (kept.id, kept.text, kept.flags) == (sure.id, sure.text, ())
    assert (kept.chain, kept.cue) == ((reuters,), cue)


def test_claims_stand_in_reading_order_with_the_lost_ones_last() -> None:
    claims = [
        make_claim("Nothing of the kind.", at=None),
        make_claim("Third.", at=(300, 310)),
        make_claim("First.", at=(10, 20)),
        make_claim("Second.", at=(10, 35)),
    ]
    assert [c.text for c in merge(claims)] == ["First.", "Second.", "Third.", "Nothing of the kind."]


def test_thousands_of_claims_of_one_source_are_merged() -> None:
    claims = [
        make_claim(f"House number {i} in the row {i % 97} was sold.", at=(i * 50, i * 50 + 40)) for i in range(3000)
    ]
    assert len(merge([*claims, *claims])) == 3000


WORDS = st.lists(st.sampled_from("bridge closed on Monday not 40 14 the river Tarn rose fell".split()), max_size=7)
CLAIMS = st.builds(
    lambda words, start, length, name, doubt: make_claim(
        " ".join(words), (start, start + length) if length else None, name, flags=(DOUBT,) if doubt else ()
    ),
    WORDS,
    st.integers(0, 60),
    st.integers(0, 30),
    st.sampled_from(["Elena Marsh", "Marsh", "she", "Joren Pike", "?"]),
    st.booleans(),
)


@given(st.lists(CLAIMS, max_size=12), st.randoms())
def test_merge_is_idempotent_and_does_not_depend_on_order(claims: list[Claim], rng: object) -> None:
    merged = merge(claims)
    assert merge(merged) == merged
    assert {c.id for c in merged} <= {c.id for c in claims}
    assert len({c.id for c in merged}) == len(merged)
