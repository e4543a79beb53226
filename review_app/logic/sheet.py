"""What a reviewer is writing: a correction, a claim that was missed, the parts of one, the sum of several, a comment.

A sheet is a value, so that it can be kept as a draft and come back after a reload as it was.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from extractor.ground import claim_id
from extractor.schema import Article, Claim, ClaimStatus, Span, StoredClaim, Value
from extractor.store import Seen
from review_app.logic.correction import Form, Place, Problem, Problems, form_of, read_form, select_words

MAX_CHARS = 20_000
"""A field holds so much; more is a slip of the paste key."""

MAX_PARTS = 6

SPLITS = re.compile(r"(?:;|,? (?:and|but|while)) ")
"""Where a claim may be two: a guess that a reviewer sees before anything is kept."""


class Task(StrEnum):
    """What is being written."""

    CORRECT = "correct"
    ADD = "add"
    SPLIT = "split"
    MERGE = "merge"
    COMMENT = "comment"


class Sheet(Value):
    """What is being written about one claim."""

    task: Task
    claim_id: str
    """The claim that was on the screen when it was begun."""
    version: int
    """Of that claim, as the reviewer saw it."""
    base: Claim
    """What the fields were filled from; what nobody touches stays as it is here."""
    forms: tuple[Form, ...]
    """One, or the parts of a split."""
    merged: tuple[Seen, ...] = ()
    """The other claims of a merge."""
    is_open: bool = True
    """False once the reviewer has gone back to reading: what was typed waits."""

    @property
    def subject(self) -> str:
        """Name the draft."""
        return subject_of(self.task, self.claim_id)

    def is_behind(self, stored: StoredClaim) -> bool:
        """Tell whether the claim was changed after the sheet was begun, where that matters to what is written."""
        by_now = stored.claim.id == self.claim_id and stored.version != self.version
        return by_now and self.task not in {Task.ADD, Task.COMMENT}

    def typed(self, forms: Sequence[Mapping[str, Any]]) -> "Sheet":
        """Take over what the page sends; fields that make no sense keep what they had.

        Args:
            forms: Values by field, a mapping for each form; others than there are forms are left out.
        """
        return self.model_copy(
            update={"forms": tuple(_typed(form, values) for form, values in zip(self.forms, forms, strict=False))}
        )

    def selected(self, at: int, field: str, spans: Sequence[Span], article: Article) -> "Sheet":
        """Put words selected in the article into a field of one form."""
        forms = list(self.forms)
        forms[at] = select_words(forms[at], field, spans, article)
        return self.model_copy(update={"forms": tuple(forms)})

    def longer(self) -> "Sheet":
        """Add a part to a split."""
        if len(self.forms) >= MAX_PARTS:
            return self
        return self.model_copy(update={"forms": (*self.forms, self.forms[-1].model_copy(update={"text": ""}))})

    def shorter(self, at: int) -> "Sheet":
        """Take a part out of a split that has more than two."""
        if len(self.forms) <= 2 or not 0 <= at < len(self.forms):
            return self
        return self.model_copy(update={"forms": (*self.forms[:at], *self.forms[at + 1 :])})

    @property
    def comment(self) -> str:
        """What is to be kept beside the deed."""
        return self.forms[0].comment.strip()

    def read(self, article: Article, place: Place) -> "tuple[Claim, ...] | Problems":
        """Return the claims that were written, or everything that has to be mended first.

        Args:
            article: Where all words must stand.
            place: Finds them.

        Returns:
            One claim for each form, without flags. The one of a correction keeps its id, others get their own.
        """
        claims: list[Claim] = []
        problems: list[Problem] = []
        for number, form in enumerate(self.forms):
            read = read_form(form, self.base, article, place)
            if isinstance(read, Problems):
                problems += [p.model_copy(update={"form": number}) for p in read.items]
            else:
                claims.append(read if self.task is Task.CORRECT else _with_own_id(read, article))
        if self.task is Task.SPLIT and not problems:
            problems = _alike(claims, self.claim_id)
        return Problems(items=tuple(problems)) if problems else tuple(claims)


def subject_of(task: Task, claim_id: str) -> str:
    """Return the name of the draft that one task at one claim has."""
    return f"{task}:{claim_id}"


def correction_of(claim: Claim, version: int, article: Article) -> Sheet:
    """Return the sheet for correcting a claim."""
    return Sheet(task=Task.CORRECT, claim_id=claim.id, version=version, base=claim, forms=(form_of(claim, article),))


def comment_on(claim: Claim, version: int, article: Article) -> Sheet:
    """Return the sheet for a comment."""
    return correction_of(claim, version, article).model_copy(update={"task": Task.COMMENT})


def addition_of(suggested: Claim, beside: Claim, version: int, article: Article) -> Sheet:
    """Return the sheet for a claim that was missed.

    Args:
        suggested: As it may be.
        beside: The claim on the screen.
        version: Of that one.
        article: Of both.
    """
    form = form_of(suggested, article)
    return Sheet(task=Task.ADD, claim_id=beside.id, version=version, base=suggested, forms=(form,))


def split_of(claim: Claim, version: int, article: Article) -> Sheet:
    """Return the sheet for splitting a claim, with a guess where."""
    whole = form_of(claim, article)
    texts = _halves(claim.text)
    words = _halves(whole.content) if len(claim.content.spans) == 1 else [whole.content] * 2
    forms = [
        whole.model_copy(update={"text": _sentence(text), "content": content})
        for text, content in zip(texts, words, strict=True)
    ]
    return Sheet(task=Task.SPLIT, claim_id=claim.id, version=version, base=claim, forms=tuple(forms))


def merge_of(claim: Claim, version: int, others: Sequence[tuple[Claim, int]], article: Article) -> Sheet:
    """Return the sheet for the sum of several claims; source and manner are those of the first in the text.

    Args:
        claim: On the screen.
        version: Its version.
        others: The claims to be merged with it, and their versions.
        article: Of all.
    """
    parts = sorted((claim, *(other for other, _ in others)), key=_start)
    spans = united([span for part in parts for span in part.content.spans])
    first = parts[0]
    texts = list(dict.fromkeys(part.text.strip().rstrip(".") for part in parts))
    form = form_of(first, article).model_copy(update={"text": "; ".join(texts) + "."})
    if spans:
        form = select_words(form, "content", spans, article)
    return Sheet(
        task=Task.MERGE,
        claim_id=claim.id,
        version=version,
        base=first,
        forms=(form,),
        merged=tuple(Seen(claim_id=other.id, version=seen) for other, seen in others),
    )


def united(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans in reading order, those that touch or overlap made one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start_char):
        if result and span.start_char <= result[-1].end_char:
            last = result.pop()
            span = Span(start_char=last.start_char, end_char=max(last.end_char, span.end_char))
        result.append(span)
    return tuple(result)


def passages(span: Span, text: str) -> tuple[Span, ...]:
    """Cut a selection at the ends of lines and trim it; empty when nothing but space was selected.

    A passage never crosses a paragraph: the words of two are two pieces.
    """
    found = []
    for line in re.finditer(r"[^\n]+", text[span.start_char : span.end_char]):
        words = line.group().strip()
        if words:
            start = span.start_char + line.start() + line.group().index(words)
            found.append(Span(start_char=start, end_char=start + len(words)))
    return tuple(found)


def can_merge(status: ClaimStatus) -> bool:
    """Tell whether a claim may become part of another."""
    return status not in {ClaimStatus.REJECTED, ClaimStatus.SUPERSEDED}


def _typed(form: Form, values: Mapping[str, Any]) -> Form:
    known = {name: value for name, value in values.items() if name in Form.model_fields}
    result = form
    for name, value in known.items():
        if name.endswith("_spans"):
            continue
        # What is typed may be pasted from anywhere, and PostgreSQL holds no NUL.
        cut = value.replace("\0", "")[:MAX_CHARS] if isinstance(value, str) else value
        try:
            result = Form.model_validate({**result.model_dump(), name: cut})
        except ValidationError:
            continue
    return result


def _with_own_id(claim: Claim, article: Article) -> Claim:
    own = claim_id(article, claim.content.spans, claim.text, claim.source.name)
    return claim.model_copy(update={"id": own})


def _alike(claims: Sequence[Claim], whole: str) -> list[Problem]:
    seen = {whole}
    problems = []
    for number, claim in enumerate(claims):
        if claim.id in seen:
            what = "The parts must differ: this one says the same as another, or as the whole claim."
            problems.append(Problem(field="text", message=what, form=number))
        seen.add(claim.id)
    return problems


def _halves(text: str) -> list[str]:
    """Cut a text in two at the place nearest to its middle that may be a border, else return it twice."""
    borders = list(SPLITS.finditer(text))
    if not borders:
        return [text, text]
    nearest = min(borders, key=lambda m: abs(m.start() - len(text) / 2))
    return [text[: nearest.start()].strip(), text[nearest.end() :].strip()]


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def _start(claim: Claim) -> int:
    return claim.content.spans[0].start_char if claim.content.spans else len(claim.content.text) + 10**9
