"""The least that a set of your own needs: JSONL, one article a line, no offsets.

    {"text": "...", "claims": [{"text": "The pump failed.", "source": "Ruta Osei", "quote": "the pump had failed"}]}

``quote`` is where the article says it, word for word; a list of strings where the sentence is interrupted. Without
it the claim's own text is looked for. A claim that is not in the text is left out with the reason. Optional: ``id``,
``title`` and ``language`` of an article; ``quotation`` (direct, mixed, indirect, none), ``cue`` and ``check_worthy`` of
a claim. A claim without a ``source`` is the article's own statement. How it is quoted is told from the
quotation marks where it is not said.
"""

from pathlib import Path

from pydantic import Field, ValidationError

from eval.cases import GoldClaim, GoldSource
from eval.lines import Line, read_lines
from eval.readers.gathered import Gathered, files_in, gold_case
from eval.readers.text import GoldText, bare_words, gold_text
from extractor.schema import Quotation, SourceKind, Span, Value


class SimpleClaim(Value):
    """One claim."""

    text: str = Field(min_length=1)
    source: str | None = None
    quote: str | tuple[str, ...] | None = None
    quotation: Quotation | None = None
    cue: str | None = None
    check_worthy: bool | None = None


class SimpleArticle(Value):
    """One line."""

    text: str
    claims: tuple[SimpleClaim, ...]
    """All that the article makes; empty where it makes none."""
    id: str | None = None
    title: str | None = None
    language: str | None = Field(default=None, min_length=2)


def read(path: Path) -> Gathered:
    """Read a file, or all .jsonl files below a folder."""
    found = Gathered(files=files_in(path, "*.jsonl"))
    for file in found.files:
        for line in read_lines(file):
            _read_article(found, line)
    return found


def _read_article(found: Gathered, line: Line) -> None:
    try:
        article = SimpleArticle.model_validate_json(line.text)
    except ValidationError as exc:
        found.complain(line.where, exc)
        return
    text = gold_text(article.text, origin=line.where, title=article.title, language=article.language)
    if text is None:
        found.complain(line.where, "the text is empty")
        return
    claims = []
    for number, claim in enumerate(article.claims, start=1):
        content = _content(text, claim)
        if content:
            claims.append(_gold(text, claim, content))
        else:
            words = claim.quote or claim.text
            found.leave_out(line.where, f"claim {number}: the text does not have {words!r}; say where by 'quote'")
    found.add(line.where, gold_case(article.id or f"line-{line.number:05d}", text, claims, title=article.title))


def _content(text: GoldText, claim: SimpleClaim) -> tuple[Span, ...]:
    quotes = (claim.quote,) if isinstance(claim.quote, str) else claim.quote or (claim.text,)
    spans: list[Span] = []
    for quote in quotes:
        placed = text.place(quote, near=spans[-1] if spans else None) or text.place(bare_words(quote))
        if not placed:
            return ()
        spans += placed
    return tuple(sorted(spans, key=lambda span: span.start_char))


def _gold(text: GoldText, claim: SimpleClaim, content: tuple[Span, ...]) -> GoldClaim:
    cue = text.beside(claim.cue, content[0]) if claim.cue else None
    if claim.source is None:
        source, quotation = GoldSource(name="the article", kind=SourceKind.ARTICLE), Quotation.NONE
    else:
        source = GoldSource(name=claim.source, mention=text.beside(claim.source, content[0]))
        quotation = text.quotation(content)
    return GoldClaim(
        id="c1",
        text=claim.text,
        content=content,
        quotation=claim.quotation or quotation,
        source=source,
        cue=cue,
        check_worthy=claim.check_worthy,
    )
