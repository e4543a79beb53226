"""What the rules leave open, put so that somebody else can choose."""

from collections.abc import Sequence

from extractor.rules.language import language_of
from extractor.rules.names import Name, registry, speaking_names
from extractor.rules.reading import read
from extractor.schema import Article, ClaimDraft, Sentence, SourceKind, Value

_MAX_CANDIDATES = 8


class OpenQuestion(Value):
    """A draft whose source is only inferred, with the names to choose from."""

    draft: int
    """Index into the drafts."""
    sentences: tuple[int, ...]
    """Indices of the sentences that hold the content and the mention, in reading order."""
    mention: str | None
    """The words that stand for the source: a pronoun, a role; None for a floating quotation."""
    candidates: tuple[str, ...]
    """Names, most plausible first; the draft's own name leads. At least one."""


def open_questions(
    article: Article, sentences: Sequence[Sentence], drafts: Sequence[ClaimDraft]
) -> tuple[OpenQuestion, ...]:
    """Return a question for every draft whose source is uncertain and has a rival.

    Args:
        article: The article.
        sentences: Its sentences.
        drafts: What `find` gave for it.

    Returns:
        The questions in the order of the drafts; drafts with a certain source have none.
    """
    if not any(draft.source.uncertain for draft in drafts):
        return ()
    reading = read(article, sentences)
    known = speaking_names(registry(reading).entities)
    return tuple(
        _question(number, draft, known, sentences, article)
        for number, draft in enumerate(drafts)
        if draft.source.uncertain
    )


def _question(
    number: int, draft: ClaimDraft, known: Sequence[Name], sentences: Sequence[Sentence], article: Article
) -> OpenQuestion:
    place = draft.content.spans[0].start_char
    mention = draft.source.mention
    indices = set(draft.sentences)
    if mention is not None and mention.spans:
        place = mention.spans[0].start_char
        indices |= {s.index for s in sentences if s.span.contains(mention.spans[0])}
    ranked = sorted(known, key=lambda name: _distance(name, place, mention.text if mention else "", article))
    names = dict.fromkeys([draft.source.name, *(name.name for name in ranked)])
    return OpenQuestion(
        draft=number,
        sentences=tuple(sorted(indices)),
        mention=mention.text if mention else None,
        candidates=tuple(names)[:_MAX_CANDIDATES],
    )


def _distance(name: Name, place: int, mention: str, article: Article) -> tuple[bool, bool, int]:
    """People first for he and she; then those named before; then the nearest."""
    pronouns = language_of(article).pronouns
    personal = mention.lower() in pronouns.he | pronouns.she
    before = [place - span.start_char for span in name.mentions if span.start_char < place]
    wrong = personal and name.kind is not SourceKind.PERSON
    return wrong, not before, min(before, default=name.mentions[0].start_char - place)
