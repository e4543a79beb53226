"""A claim as a form that a reviewer edits, and the way back to a claim."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from extractor.schema import (
    Article,
    Claim,
    ClaimKind,
    GroundingLevel,
    Part,
    Quotation,
    Source,
    SourceKind,
    Span,
    Value,
)

Place = Callable[[str, str, Span | None], Part]
"""Find words in a text, near a span: ``place(text, words, near)``."""

_SURE = (GroundingLevel.EXACT, GroundingLevel.NORMALISED)


class Form(Value):
    """Every field of a claim as it is typed.

    Words that were selected in the article come with their places. They hold as long as the words are not edited;
    after that the places only tell where to look first.
    """

    text: str
    content: str
    """The words of the article, one passage a line."""
    content_spans: tuple[Span, ...] = ()
    source_name: str
    source_kind: SourceKind
    source_role: str
    mention: str
    mention_spans: tuple[Span, ...] = ()
    cue: str
    cue_spans: tuple[Span, ...] = ()
    chain: str
    """One a line, outermost first: ``name; kind; role``."""
    quotation: Quotation
    kind: ClaimKind
    check_worthiness: int
    """Per cent."""
    check_worthiness_reason: str
    comment: str = ""


class Problem(Value):
    """Why one field cannot be saved as it is."""

    field: str
    """Name of the field in `Form`."""
    message: str
    form: int = 0
    """Which of several forms, as of the parts of a split claim."""


class Problems(Value):
    """What has to be mended before the correction can be saved."""

    items: tuple[Problem, ...]


def form_of(claim: Claim, article: Article) -> Form:
    """Return the form for a claim as it stands."""
    return Form(
        text=claim.text,
        content=_lines(claim.content, article),
        content_spans=claim.content.spans,
        source_name=claim.source.name,
        source_kind=claim.source.kind,
        source_role=claim.source.role or "",
        mention=_lines(claim.source.mention, article),
        mention_spans=claim.source.mention.spans if claim.source.mention else (),
        cue=_lines(claim.cue, article),
        cue_spans=claim.cue.spans if claim.cue else (),
        chain="\n".join(_chain_line(link) for link in claim.chain),
        quotation=claim.quotation,
        kind=claim.kind,
        check_worthiness=round(claim.check_worthiness * 100),
        check_worthiness_reason=claim.check_worthiness_reason,
    )


def select_words(form: Form, field: str, spans: Sequence[Span], article: Article) -> Form:
    """Put words that were selected in the article into a field, with their places.

    Args:
        form: As typed so far.
        field: ``content``, ``mention`` or ``cue``.
        spans: What was selected, in reading order.
        article: The article.
    """
    return form.model_copy(update={field: lines_of(spans, article), f"{field}_spans": tuple(spans)})


def lines_of(spans: Sequence[Span], article: Article) -> str:
    """Return the words at some places as a field shows them: one passage a line."""
    return "\n".join(" ".join(span.of(article.text).split()) for span in spans)


def read_form(form: Form, claim: Claim, article: Article, place: Place) -> Claim | Problems:
    """Turn an edited form into the corrected claim.

    A part whose words were not touched stays as it is, even one that was never found. Words that
    were typed must stand in the article; they become the article's own words at their place.

    Args:
        form: As submitted.
        claim: As it stood when the form was opened; its id and what was not edited are kept.
        article: Where the words must be found.
        place: Finds them.

    Returns:
        The claim without flags (a check gives it new ones), or every problem at once.
    """
    problems: list[Problem] = []
    before = form_of(claim, article)

    def part(field: str, old: Part | None) -> Part | None:
        typed, places = getattr(form, field), getattr(form, f"{field}_spans")
        if typed.strip() == getattr(before, field).strip() and places == getattr(before, f"{field}_spans"):
            return old
        found = _find(typed, places, claim, article, place)
        if isinstance(found, str):
            problems.append(Problem(field=field, message=found))
            return old
        return found

    content = part("content", claim.content)
    mention = part("mention", claim.source.mention)
    cue = part("cue", claim.cue)
    if not form.text.strip():
        problems.append(Problem(field="text", message="Write the claim as one sentence."))
    if not form.source_name.strip():
        problems.append(Problem(field="source_name", message="Write who says it, or “the article”."))
    if content is None:
        problems.append(Problem(field="content", message="Copy the words of the article that make the claim."))
    chain = _read_chain(form.chain, claim.chain, problems)
    if problems or content is None:
        return Problems(items=tuple(problems))
    return claim.model_copy(
        update={
            "text": " ".join(form.text.split()),
            "content": content,
            "source": Source(
                name=form.source_name.strip(),
                kind=form.source_kind,
                role=form.source_role.strip() or None,
                mention=mention,
            ),
            "cue": cue,
            "chain": chain,
            "quotation": form.quotation,
            "kind": form.kind,
            "check_worthiness": _worthiness(form, before, claim),
            "check_worthiness_reason": form.check_worthiness_reason.strip(),
            "flags": (),
        }
    )


def _worthiness(form: Form, before: Form, claim: Claim) -> float:
    unchanged = form.check_worthiness == before.check_worthiness
    return claim.check_worthiness if unchanged else form.check_worthiness / 100


def _lines(part: Part | None, article: Article) -> str:
    if part is None:
        return ""
    return lines_of(part.spans, article) if part.spans else " ".join(part.text.split())


def _find(typed: str, places: Sequence[Span], claim: Claim, article: Article, place: Place) -> Part | str | None:
    """Return the part at its place, None when the field was emptied, or what is wrong in a sentence."""
    if places and typed.strip() == lines_of(places, article):
        return _own_words(places, article)
    anchors = places or claim.content.spans
    near = anchors[0] if anchors else None
    spans: list[Span] = []
    for line in (line.strip() for line in typed.splitlines()):
        if not line:
            continue
        found = place(article.text, line, near)
        if found.level not in _SURE:
            return _not_found(line, found, article)
        spans += found.spans
        near = found.spans[-1]
    if not spans:
        return None
    spans.sort(key=lambda s: s.start_char)
    if any(a.overlaps(b) for a, b in pairwise(spans)):
        return "Two of these passages are the same words; keep one."
    return _own_words(spans, article)


def _own_words(spans: Sequence[Span], article: Article) -> Part:
    own_words = " ".join(s.of(article.text) for s in spans)
    return Part(text=own_words, spans=tuple(spans), level=GroundingLevel.EXACT)


def _not_found(line: str, found: Part, article: Article) -> str:
    if found.level is GroundingLevel.FUZZY:
        similar = " … ".join(s.of(article.text) for s in found.spans)
        return f"The article does not say “{line}”. It says “{similar}”."
    return f"The article does not say “{line}”. Copy the words from it as they stand."


def _chain_line(link: Source) -> str:
    parts = [link.name, link.kind.value, *([link.role] if link.role else [])]
    return "; ".join(parts)


def _read_chain(typed: str, old: tuple[Source, ...], problems: list[Problem]) -> tuple[Source, ...]:
    mentions = {link.name: link.mention for link in old}
    kinds = ", ".join(SourceKind)
    chain = []
    for line in (line for line in typed.splitlines() if line.strip()):
        name, kind, role = ([p.strip() for p in line.split(";", 2)] + ["", ""])[:3]
        if not name:
            problems.append(Problem(field="chain", message="Each line begins with a name: name; kind; role."))
            continue
        if kind and kind not in set(SourceKind):
            problems.append(Problem(field="chain", message=f"“{kind}” is no kind of source; take one of {kinds}."))
            continue
        as_kind = SourceKind(kind) if kind else SourceKind.ORGANISATION
        chain.append(Source(name=name, kind=as_kind, role=role or None, mention=mentions.get(name)))
    return tuple(chain)
