"""A claim as a form that a reviewer edits, and the way back to a claim."""

from collections.abc import Callable
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
    """Every field of a claim as it is typed."""

    text: str
    content: str
    """The words of the article, one passage a line."""
    source_name: str
    source_kind: SourceKind
    source_role: str
    mention: str
    cue: str
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


class Problems(Value):
    """What has to be mended before the correction can be saved."""

    items: tuple[Problem, ...]


def form_of(claim: Claim, article: Article) -> Form:
    """Return the form for a claim as it stands."""
    return Form(
        text=claim.text,
        content=_lines(claim.content, article),
        source_name=claim.source.name,
        source_kind=claim.source.kind,
        source_role=claim.source.role or "",
        mention=_lines(claim.source.mention, article),
        cue=_lines(claim.cue, article),
        chain="\n".join(_chain_line(link) for link in claim.chain),
        quotation=claim.quotation,
        kind=claim.kind,
        check_worthiness=round(claim.check_worthiness * 100),
        check_worthiness_reason=claim.check_worthiness_reason,
    )


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

    def part(field: str, typed: str, was: str, old: Part | None) -> Part | None:
        if typed.strip() == was.strip():
            return old
        found = _find(typed, old, claim, article, place)
        if isinstance(found, str):
            problems.append(Problem(field=field, message=found))
            return old
        return found

    content = part("content", form.content, before.content, claim.content)
    mention = part("mention", form.mention, before.mention, claim.source.mention)
    cue = part("cue", form.cue, before.cue, claim.cue)
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
    passages = [s.of(article.text) for s in part.spans] or [part.text]
    return "\n".join(" ".join(passage.split()) for passage in passages)


def _find(typed: str, old: Part | None, claim: Claim, article: Article, place: Place) -> Part | str | None:
    """Return the part at its place, None when the field was emptied, or what is wrong in a sentence."""
    anchors = (old.spans if old else ()) or claim.content.spans
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
