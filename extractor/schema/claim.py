"""Claims: what was said, who said it, how, and where the text says so."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from extractor.schema.base import Span, Value


class Quotation(StrEnum):
    """How the article gives the words."""

    DIRECT = "direct"
    MIXED = "mixed"
    """Indirect speech with quoted words inside."""
    INDIRECT = "indirect"
    NONE = "none"
    """The article's own statement."""


class SourceKind(StrEnum):
    """What kind of voice makes the claim."""

    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    ANONYMOUS = "anonymous"
    ARTICLE = "article"


class ClaimKind(StrEnum):
    """What kind of statement the claim is."""

    STATISTIC = "statistic"
    EVENT = "event"
    QUOTATION_OF_RECORD = "quotation_of_record"
    """What matters is that it was said: a declaration, a position, a warning."""
    PROMISE = "promise"
    PREDICTION = "prediction"
    CAUSE = "cause"
    COMPARISON = "comparison"
    OPINION = "opinion"


class GroundingLevel(StrEnum):
    """How a part of a claim was found in the article, from certain to not at all."""

    EXACT = "exact"
    NORMALISED = "normalised"
    """Equal after quotation marks, dashes and spaces are made alike."""
    FUZZY = "fuzzy"
    SENTENCE = "sentence"
    """Only the sentence is known."""
    NOT_FOUND = "not_found"


class FlagCode(StrEnum):
    """A doubt about a claim that a reviewer should see."""

    MISQUOTE = "misquote"
    """Given as a direct quotation, but the article does not have these words."""
    CONTENT_NOT_FOUND = "content_not_found"
    SOURCE_NOT_FOUND = "source_not_found"
    """The source's mention is not in the article."""
    SOURCE_UNCERTAIN = "source_uncertain"
    """The speaker was inferred from a pronoun, a role or a neighbouring sentence."""
    NUMBER_NOT_IN_SOURCE = "number_not_in_source"
    NAME_NOT_IN_SOURCE = "name_not_in_source"
    NEGATION_DIFFERS = "negation_differs"


class Part(Value):
    """A part of a claim (content, mention, cue) and the place where the article has it."""

    text: str
    """As the extractor gave it; with level exact it equals the text of its spans."""
    spans: tuple[Span, ...] = ()
    """In reading order; empty when not found."""
    level: GroundingLevel
    score: float | None = None
    """Similarity in [0, 1] for level fuzzy, else None."""

    @model_validator(mode="after")
    def _spans_fit_level(self) -> Self:
        if bool(self.spans) == (self.level is GroundingLevel.NOT_FOUND):
            raise ValueError("a part has spans exactly when it was found")
        return self


UNNAMED = "unnamed"
"""The name of an anonymous source where the article says nothing about it: "is said to", "reportedly"."""


class Source(Value):
    """Who makes a claim."""

    name: str
    """As the reader should see it: the resolved name, not the pronoun."""
    kind: SourceKind
    role: str | None = None
    """Title or function, such as ``transport minister``."""
    mention: Part | None = None
    """The words in the text that stand for the source near the claim (``she``, ``the document``)."""


class Flag(Value):
    """One doubt, in words."""

    code: FlagCode
    detail: str
    """A sentence for the reviewer, such as ``the article says 40 %, the claim 14 %``."""


class Claim(Value):
    """One checkable statement, as somebody made it."""

    id: str
    """24 hex digits, a hash over article, content spans, text and source: the same find keeps its id."""
    text: str
    """One sentence that can be understood alone."""
    content: Part
    quotation: Quotation
    source: Source
    cue: Part | None = None
    chain: tuple[Source, ...] = ()
    """Who reports whom, outermost first, without `source` itself: an agency, then a declaration."""
    kind: ClaimKind
    check_worthiness: float = Field(ge=0, le=1)
    check_worthiness_reason: str
    flags: tuple[Flag, ...] = ()


class PartDraft(Value):
    """A part as an extractor proposes it, before grounding."""

    text: str
    spans: tuple[Span, ...] = ()
    """Given when the extractor knows the place; they must name exactly `text`, pieces joined by one space."""


class SourceDraft(Value):
    """A source as an extractor proposes it."""

    name: str
    kind: SourceKind
    role: str | None = None
    mention: PartDraft | None = None
    uncertain: str | None = None
    """Why the name is only inferred, in words; None when the text names it beside the claim."""


class ClaimDraft(Value):
    """A claim as an extractor proposes it, before grounding, checks and merging."""

    text: str
    content: PartDraft
    quotation: Quotation
    source: SourceDraft
    cue: PartDraft | None = None
    chain: tuple[SourceDraft, ...] = ()
    kind: ClaimKind
    check_worthiness: float = Field(ge=0, le=1)
    check_worthiness_reason: str
    sentences: tuple[int, ...] = ()
    """Indices of the sentences it comes from: where grounding looks first, and its last resort."""
