"""CED-1K, the claims of 93 English news articles that came with SEER: a sheet of one claim a row.

Columns: ``article_id``, ``Title``, ``Body`` (the whole text), ``Agent``, ``TypeOfAgent`` (person or organization),
``Utterance`` (the claim), ``TypeOfUtterance`` (direct, indirect, partially-direct), ``SourceText`` (the sentences it
stands in). Its description in the public repository has no ``article_id``, so rows without one belong together by
their Body. There are no offsets: the Utterance is looked for in the Body, near the SourceText, and a row whose
utterance is not there is left out with the reason. A row with an empty Utterance stands for an article without
claims.

An Agent is a name, or a role or pronoun as the text has it; these are not resolved, and the place nearest to
the utterance is the mention. Cues, kinds and check-worthiness are not said.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from eval.cases import GoldClaim, GoldSource
from eval.readers.brat import UNNAMED
from eval.readers.gathered import Gathered, files_in, gold_case
from eval.readers.sheet import Row, read_sheet
from eval.readers.text import GoldText, bare_words, gold_text
from extractor.schema import Quotation, SourceKind, Span

COLUMNS = frozenset({"agent", "typeofagent", "utterance", "typeofutterance", "body"})
"""Without which the sheet is another one; the others may be missing."""
AGENTS = {
    "person": SourceKind.PERSON,
    "organization": SourceKind.ORGANISATION,
    "organisation": SourceKind.ORGANISATION,
    "document": SourceKind.DOCUMENT,
    "": None,
}
UTTERANCES = {
    "direct": Quotation.DIRECT,
    "indirect": Quotation.INDIRECT,
    "partially direct": Quotation.MIXED,
    "partially-direct": Quotation.MIXED,
    "mixed": Quotation.MIXED,
    "": None,
}
_PRONOUNS = frozenset("he she they it we i you who his her their its them him".split())


class _Article(NamedTuple):
    text: GoldText
    title: str | None
    claims: dict[tuple[tuple[Span, ...], str], Row]
    """By content and agent; the row that said it first."""
    gold: list[GoldClaim]


def read(path: Path) -> Gathered:
    """Read a sheet."""
    found = Gathered(files=files_in(path, "*.xlsx"))
    for file in found.files:
        articles: dict[str, _Article] = {}
        for row in read_sheet(file, COLUMNS):
            if article := _article_of(found, articles, row):
                _read_claim(found, article, row)
        for case_id, article in articles.items():
            found.add(str(file), gold_case(case_id, article.text, article.gold, title=article.title))
    return found


def _article_of(found: Gathered, articles: dict[str, _Article], row: Row) -> _Article | None:
    body, given = row.cells["body"], row.cells.get("article_id", "").strip()
    title = row.cells.get("title", "").strip() or None
    if known := _known(articles, given, body):
        case_id, article = known
        if body.strip() and body != article.text.raw:
            found.complain(row.where, f"article {case_id!r} has another Body than in the rows before")
        return article
    text = gold_text(body, origin=given or title or "", title=title)
    if text is None:
        found.complain(row.where, "the Body is empty, and no row before has it for this article")
        return None
    article = _Article(text, title, {}, [])
    articles[given or f"article-{len(articles) + 1:04d}"] = article
    return article


def _known(articles: dict[str, _Article], given: str, body: str) -> tuple[str, _Article] | None:
    if given:
        return (given, articles[given]) if given in articles else None
    return next(((key, article) for key, article in articles.items() if article.text.raw == body), None)


def _read_claim(found: Gathered, article: _Article, row: Row) -> None:
    utterance, agent = row.cells["utterance"].strip(), " ".join(row.cells["agent"].split())
    problems = list(_unknown_words(row))
    for problem in problems:
        found.complain(row.where, problem)
    if problems or not utterance:
        return
    around = article.text.place(row.cells.get("sourcetext", ""))
    near = Span(start_char=around[0].start_char, end_char=around[-1].end_char) if around else None
    quotation = UTTERANCES[_word(row, "typeofutterance")]
    words = bare_words(utterance) if quotation is Quotation.DIRECT else utterance
    content = article.text.place(words, near=near)
    if not content:
        found.leave_out(row.where, f"the Body does not have the Utterance {utterance[:80]!r}")
        return
    first = article.claims.setdefault((content, agent), row)
    if first is not row:
        found.leave_out(row.where, f"it repeats {first.where}")
        return
    article.gold.append(
        GoldClaim(
            id=f"c{len(article.gold) + 1}",
            text=utterance,
            content=content,
            quotation=quotation or article.text.quotation(content),
            source=_source(article.text, agent, AGENTS[_word(row, "typeofagent")], content[0]),
        )
    )


def _unknown_words(row: Row) -> Iterator[str]:
    for column, words in (("typeofagent", AGENTS), ("typeofutterance", UTTERANCES)):
        if _word(row, column) not in words:
            known = ", ".join(word for word in words if word)
            yield f"{column} is {row.cells[column]!r}, which is none of {known}"


def _word(row: Row, column: str) -> str:
    return row.cells[column].strip().lower().replace("_", " ")


def _source(text: GoldText, agent: str, kind: SourceKind | None, content: Span) -> GoldSource:
    if not agent:
        return UNNAMED
    mention = text.beside(agent, content)
    named = agent[0].isupper() and agent.lower() not in _PRONOUNS
    return GoldSource(name=agent, kind=kind, mention=mention, resolved=named)
