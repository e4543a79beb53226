"""Place every part of a proposed claim in its article, or say that it is not there."""

import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from extractor.placing import (
    ArticleIndex,
    build_index,
    locate,
    normalise_wording,
    occurrences,
    place,
    place_in,
    place_nearly,
    stands_in,
)
from extractor.schema import (
    UNNAMED,
    Article,
    Claim,
    ClaimDraft,
    Flag,
    FlagCode,
    GroundingLevel,
    Part,
    PartDraft,
    Quotation,
    Sentence,
    Source,
    SourceDraft,
    SourceKind,
    Span,
)

__all__ = ["build_index", "ground", "ground_all", "place"]

_MARKS = '"“”„‟«»‹›「」'
_OPENING, _CLOSING = _MARKS + "'‘‚", _MARKS + "'’"
_ABBREVIATION = re.compile(r"(?:\w\.){2,}$")
_INTERRUPTION = re.compile(rf"[,.;:–—-]?[{_MARKS}](?=[\s,])[^{_MARKS}\n]{{3,160}}?[{_MARKS}](?=\w)")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_JOINT = re.compile(r", (?:and )?| (?:and|und|y|et|e|и) ")
_OWNED = re.compile(r"['’]s? (?=\w)")
_CASE_ENDING = re.compile(r"\w{1,2}$")
_WITH_CASES = frozenset({"ru"})
"""Languages whose names change their ending."""
_LONG_WORD = 4
_ENDING = 4
"""Letters: of "interviewees" and "interviewed"."""
NAME_REACH_WORDS = 8
"""How far apart the words of one name may stand in the article."""


def ground(
    article: Article,
    sentences: Sequence[Sentence],
    draft: ClaimDraft,
    *,
    index: ArticleIndex | None = None,
    after_char: int = 0,
) -> Claim:
    """Place every part of one draft.

    The places a draft gives are verified against the text, never trusted.

    Args:
        article: The article.
        sentences: Its sentences, as `segment` numbered them.
        draft: What an extractor proposed.
        index: The article's index from `build_index`, to save building it for every draft.
        after_char: Where the claims before it end; settles a repeated phrase that nothing else settles.

    Returns:
        The claim, with the flags that follow from grounding.
    """
    index = build_index(article.text, sentences) if index is None else index
    named = [sentences[n].span for n in sorted(set(draft.sentences)) if 0 <= n < len(sentences)]
    area = Span(start_char=named[0].start_char, end_char=named[-1].end_char) if named else None
    content = _content(index, draft, named, area, after_char)
    home = content.spans[0] if content.spans else area
    source = _source(index, draft.source, home, content.spans)
    chain = tuple(_source(index, link, home, content.spans) for link in draft.chain)
    return Claim(
        id=claim_id(article, content.spans, draft.text, source.name),
        text=draft.text,
        content=content,
        quotation=draft.quotation,
        source=source,
        cue=_beside(index, draft.cue, home, content.spans),
        chain=chain,
        kind=draft.kind,
        check_worthiness=draft.check_worthiness,
        check_worthiness_reason=draft.check_worthiness_reason,
        flags=tuple(_flags(article, index, draft, content)),
    )


def ground_all(article: Article, sentences: Sequence[Sentence], drafts: Iterable[ClaimDraft]) -> tuple[Claim, ...]:
    """Place the drafts of one article, whose order settles phrases that the article repeats.

    Returns:
        One claim for each draft, in the same order.
    """
    index = build_index(article.text, sentences)
    claims: list[Claim] = []
    after_char = 0
    for draft in drafts:
        claim = ground(article, sentences, draft, index=index, after_char=after_char)
        if claim.content.level in (GroundingLevel.EXACT, GroundingLevel.NORMALISED):
            # A near match may be wrong; only a certain one moves the place where the next is expected.
            after_char = claim.content.spans[-1].end_char
        claims.append(claim)
    return tuple(claims)


def claim_id(article: Article, spans: Sequence[Span], text: str, source_name: str) -> str:
    """Return the id that the same find always gets: 24 hex digits over article, content, text and source."""
    key = [article.sha256, [[s.start_char, s.end_char] for s in spans], normalise_wording(text), source_name]
    return hashlib.sha256(json.dumps(key, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _content(index: ArticleIndex, draft: ClaimDraft, named: Sequence[Span], area: Span | None, after_char: int) -> Part:
    given = _verified(index, draft.content)
    if given is not None:
        return given
    hint = draft.content.spans[0] if draft.content.spans and _fits(index, draft.content.spans) else area
    wanted = draft.content.text
    if draft.quotation is Quotation.DIRECT:
        wanted = _trimmed(wanted)
    part = locate(index, wanted, near=hint, after_char=after_char) or place_nearly(index, wanted, near=hint)
    if draft.quotation is Quotation.DIRECT:
        part = _without_interruption(index, part)
    if part.level is GroundingLevel.NOT_FOUND and named:
        return Part(text=draft.content.text, spans=tuple(named), level=GroundingLevel.SENTENCE)
    return part


def _verified(index: ArticleIndex, draft: PartDraft) -> Part | None:
    """Accept the spans of a draft if the article has its text there, character for character or normalised."""
    if not draft.spans or not _fits(index, draft.spans):
        return None
    spans = tuple(sorted(draft.spans, key=lambda s: s.start_char))
    there = " ".join(s.of(index.text) for s in spans)
    if there == draft.text:
        return Part(text=draft.text, spans=spans, level=GroundingLevel.EXACT)
    if normalise_wording(there) == normalise_wording(draft.text) and there.strip():
        return Part(text=draft.text, spans=spans, level=GroundingLevel.NORMALISED)
    return None


def _fits(index: ArticleIndex, spans: Sequence[Span]) -> bool:
    return all(s.end_char <= len(index.text) for s in spans)


def _trimmed(words: str) -> str:
    """Take the outer quotation marks and the closing comma or full stop off a quotation."""
    bare = words.strip()
    while bare and (bare[0] in _OPENING or bare[-1] in _CLOSING + ",.;:"):
        shorter = bare.lstrip(_OPENING)
        if not _ABBREVIATION.search(shorter):
            shorter = shorter.rstrip(_CLOSING + ",.;:") if not shorter.endswith("...") else shorter
        if shorter.strip() == bare:
            break
        bare = shorter.strip()
    return bare or words


def _without_interruption(index: ArticleIndex, part: Part) -> Part:
    """Cut ``," she said, "`` out of a quotation that was copied with its interruption."""
    if len(part.spans) != 1 or part.level is GroundingLevel.SENTENCE:
        return part
    whole = part.spans[0]
    cuts = [
        (whole.start_char + m.start(), whole.start_char + m.end()) for m in _INTERRUPTION.finditer(whole.of(index.text))
    ]
    if not cuts:
        return part
    borders = [whole.start_char, *(at for cut in cuts for at in cut), whole.end_char]
    spans = tuple(Span(start_char=a, end_char=b) for a, b in zip(borders[::2], borders[1::2], strict=True) if a < b)
    words = " ".join(s.of(index.text) for s in spans)
    level = GroundingLevel.NORMALISED if part.level is GroundingLevel.EXACT else part.level
    return part.model_copy(update={"text": words, "spans": spans, "level": level})


def _source(index: ArticleIndex, draft: SourceDraft, home: Span | None, content: Sequence[Span]) -> Source:
    return Source(
        name=draft.name, kind=draft.kind, role=draft.role, mention=_beside(index, draft.mention, home, content)
    )


def _beside(index: ArticleIndex, draft: PartDraft | None, home: Span | None, content: Sequence[Span]) -> Part | None:
    """Place a mention or cue: the occurrence nearest to the content, outside it where there is a choice."""
    if draft is None or not draft.text.strip():
        return None
    given = _verified(index, draft)
    if given is not None:
        return given
    hint = draft.spans[0] if draft.spans and _fits(index, draft.spans) else home
    everywhere = occurrences(index, draft.text)
    outside = [s for s in everywhere if not any(c.overlaps(s) for c in content)]
    if outside and hint is not None:
        middle = hint.start_char + hint.end_char
        best = min(outside, key=lambda s: (_gap(s, hint), abs(s.start_char + s.end_char - middle)))
        return Part(text=draft.text, spans=(best,), level=GroundingLevel.EXACT)
    return place_in(index, draft.text, near=hint)


def _gap(span: Span, other: Span) -> int:
    return max(0, span.start_char - other.end_char, other.start_char - span.end_char)


def _flags(article: Article, index: ArticleIndex, draft: ClaimDraft, content: Part) -> Iterable[Flag]:
    if content.level is GroundingLevel.NOT_FOUND:
        yield Flag(code=FlagCode.CONTENT_NOT_FOUND, detail="The words of this claim are not in the article.")
    for source in (draft.source, *draft.chain):
        silent = source.kind is SourceKind.ARTICLE or source.name == UNNAMED
        if not silent and not (names_in(article, index, source.name) or _describes(index, source.name)):
            detail = f"The article does not name {source.name!r}." if source.name.strip() else "No source is named."
            yield Flag(code=FlagCode.SOURCE_NOT_FOUND, detail=detail)
    if draft.source.uncertain:
        yield Flag(code=FlagCode.SOURCE_UNCERTAIN, detail=draft.source.uncertain)


def names_in(article: Article, index: ArticleIndex, name: str) -> bool:
    """Tell whether an article, or what is known about it, has a name.

    It has it as it stands, or all its words within a few words of each other: ``minister Maria Lopez`` where
    the article says ``Maria Lopez, the minister``. Of two names each may stand by itself (``Lopez and Torres``),
    as may an owner and what is hers (``Maria Lopez's office``, where the article says ``her office``).
    """
    return _named(article, index, name) or any(
        all(_named(article, index, part) for part in parts)
        for parts in (_JOINT.split(name), _OWNED.split(name))
        if parts[1:]
    )


def _describes(index: ArticleIndex, name: str) -> bool:
    """Tell whether a description is made of words of one passage, in whatever form: ``several interviewees``."""
    words = [w for w in _words_of(normalise_wording(name)) if len(w) >= _LONG_WORD or w[0].isupper()]
    if not name[:1].islower() or not words:
        return False
    stems = [w.casefold() if w[0].isupper() else w[: max(_LONG_WORD, len(w) - _ENDING)] for w in words]
    places = [sorted(p for known in index.where if known.startswith(s) for p in index.where[known]) for s in stems]
    return any(all(_has_near(there, first) for there in places) for first in places[0])


def _named(article: Article, index: ArticleIndex, name: str) -> bool:
    wanted = normalise_wording(name).casefold()
    if not wanted:
        return False
    known = article.metadata
    if stands_in(index.folded, wanted):
        return True
    about = " ".join(v for v in (known.title, known.deck, known.byline, known.publisher, known.dateline) if v)
    if stands_in(normalise_wording(about).casefold(), wanted):
        return True
    inflected = article.metadata.language in _WITH_CASES
    places = [_places(index, word, inflected=inflected) for word in _words_of(wanted)]
    if not places or not all(places):
        return False
    return any(all(_has_near(there, first) for there in places[1:]) for first in places[0])


def _places(index: ArticleIndex, word: str, *, inflected: bool) -> list[int]:
    """Return where an article has a word, in any of its forms."""
    forms = [word, f"{word}'s", f"{word}'"]
    if inflected and len(word) > 3:
        stem = _CASE_ENDING.sub("", word) if len(word) > 4 else word[:-1]
        forms = [form for form in index.where if form.startswith(stem) and len(form) <= len(word) + 3]
    return sorted(place for form in forms for place in index.where.get(form, ()))


def _words_of(name: str) -> list[str]:
    return [re.sub(r"'s?$", "", w) for w in _WORD.findall(name)]


def _has_near(places: Sequence[int], at: int) -> bool:
    after = bisect_left(places, at - NAME_REACH_WORDS)
    return after < len(places) and places[after] <= at + NAME_REACH_WORDS
