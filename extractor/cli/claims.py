"""Commands that show and export claims."""

from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import SHORT_ID, new_table, print_json, stdout_console

if TYPE_CHECKING:
    from rich.text import Text

    from extractor.schema import Article, Claim, Extraction, Source, StoredClaim


class ExportFormat(StrEnum):
    """Forms of an export."""

    JSONL = "jsonl"
    CSV = "csv"


ArticleOption = Annotated[
    str | None, typer.Option(metavar="ARTICLE", help="Only this article: beginning of its hash, or its title.")
]
StatusOption = Annotated[
    str | None, typer.Option(metavar="STATUS", help="pending, verified, corrected, rejected or superseded.")
]


def list_claims(
    article: ArticleOption = None,
    status: StatusOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with every field.")] = False,
) -> None:
    """List claims with source, quotation type and span. Superseded ones only when asked for."""
    stored = _stored(article, status, limit)
    if as_json:
        print_json(stored)
        return
    numbers = ("worth", "span")
    table = new_table("claim", "worth", "source", "how", "text", "span", "article", "status", "flags", right=numbers)
    for s in stored:
        c = s.claim
        table.add_row(
            c.id[:SHORT_ID],
            f"{c.check_worthiness:.2f}",
            _plain(_source_line(c.source)),
            c.quotation,
            _plain(c.text),
            _spans(c),
            s.article_sha256[:SHORT_ID],
            s.status,
            ", ".join(f.code for f in c.flags),
        )
    stdout_console().print(table)


def show(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="Beginning of its hash, or its title.")],
) -> None:
    """Show an article with its claims marked, the claims below it, and what may have been missed."""
    from extractor.settings import load_settings
    from extractor.store import get_article, latest_extraction, list_claims, open_session, open_store

    with open_session(open_store(load_settings().database_url), reading=True) as session:
        the_article = get_article(session, ref=article)
        stored = list_claims(session, article_sha256=the_article.sha256)
        extraction = latest_extraction(session, article_sha256=the_article.sha256)
    stored.sort(key=lambda s: [(p.start_char, p.end_char) for p in s.claim.content.spans] or [(len(the_article.text),)])
    console = stdout_console()
    console.print(_marked(the_article, [s.claim for s in stored]))
    console.print()
    for number, s in enumerate(stored, 1):
        c = s.claim
        console.print(f"[bold]{number}[/bold] ", _plain(c.text))
        how = f"{c.quotation}, {_spans(c)}, {c.content.level}; worth {c.check_worthiness:.2f}; {s.status}"
        console.print("   ", _plain(_source_line(c.source)), f"[dim]({how})[/dim]")
        for flag in c.flags:
            console.print(f"    [red]{flag.code}[/red]:", _plain(flag.detail))
    if extraction is None:
        console.print("not extracted yet: claimdesk extract")
    else:
        _show_ledger(the_article, extraction)


def _show_ledger(article: "Article", extraction: "Extraction") -> None:
    console = stdout_console()
    states = ", ".join(f"{p.state}{f' ({p.detail})' if p.detail else ''}" for p in extraction.pieces)
    console.print(f"\nextracted with {extraction.identity.model}; pieces: {states or 'none'}")
    for miss in extraction.suspected_misses:
        console.print(
            "[yellow]perhaps missed[/yellow]:", _plain(miss.span.of(article.text)), _plain(f"({miss.reason})")
        )


def export(
    form: Annotated[ExportFormat, typer.Option("--format", help="jsonl: every field. csv: one row a claim.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; stdout without.")] = None,
    article: ArticleOption = None,
    status: StatusOption = None,
) -> None:
    """Export claims with their articles and where they stand."""
    import sys

    from extractor.export import to_csv, to_jsonl
    from extractor.settings import load_settings
    from extractor.store import list_articles, open_session, open_store

    stored = _stored(article, status, None)
    with open_session(open_store(load_settings().database_url), reading=True) as session:
        articles = {a.sha256: a for a in list_articles(session)}
    text = (to_jsonl if form is ExportFormat.JSONL else to_csv)(stored, articles)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8", newline="")


def _stored(article: str | None, status: str | None, limit: int | None) -> "list[StoredClaim]":
    from extractor.errors import ConfigError
    from extractor.schema import ClaimStatus
    from extractor.settings import load_settings
    from extractor.store import get_article, list_claims, open_session, open_store

    if status is not None and status not in set(ClaimStatus):
        raise ConfigError(f"no status {status!r}: choose one of {', '.join(ClaimStatus)}")
    with open_session(open_store(load_settings().database_url), reading=True) as session:
        sha256 = get_article(session, ref=article).sha256 if article else None
        wanted = ClaimStatus(status) if status else None
        return list_claims(session, article_sha256=sha256, status=wanted, limit=limit)


def _spans(claim: "Claim") -> str:
    return " ".join(f"{s.start_char}-{s.end_char}" for s in claim.content.spans) or "not found"


def _source_line(source: "Source") -> str:
    return f"{source.name}, {source.role}" if source.role else source.name


def _plain(text: str) -> "Text":
    """Give text from an article or a model to the terminal as data: no markup, no control characters."""
    from rich.text import Text

    return Text("".join(ch if ch.isprintable() or ch == "\n" else "\N{REPLACEMENT CHARACTER}" for ch in text))


def _marked(article: "Article", claims: "list[Claim]") -> "Text":
    """Return the article with the content of claims underlined and each claim's number where it begins."""
    from rich.text import Text

    spans = [(span, number) for number, claim in enumerate(claims, 1) for span in claim.content.spans]
    edges = sorted({0, len(article.text)}.union(*((s.start_char, s.end_char) for s, _ in spans)))
    marked = Text()
    for start, end in pairwise(edges):
        for span, number in spans:
            if span.start_char == start:
                marked.append(f"[{number}]", style="bold reverse")
        covered = any(span.start_char <= start < span.end_char for span, _ in spans)
        piece = _plain(article.text[start:end])
        piece.stylize("underline cyan" if covered else "")
        marked.append_text(piece)
    return marked
