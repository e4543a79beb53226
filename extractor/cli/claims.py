"""Commands that show and export claims."""

from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.output import (
    SHORT_ID,
    copy_line,
    count,
    failure_line,
    new_table,
    plain,
    print_json,
    stdout_console,
    write_whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from extractor.schema import (
        Appearance,
        Article,
        Claim,
        CopyLink,
        Extraction,
        Failure,
        PieceCount,
        Source,
        StoredClaim,
    )


class ExportFormat(StrEnum):
    """Forms of an export."""

    JSONL = "jsonl"
    CSV = "csv"
    CLAIMREVIEW = "claimreview"
    HTML = "html"


class Exported(StrEnum):
    """What an export holds."""

    CLAIMS = "claims"
    ARTICLES = "articles"


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
            plain(_source_line(c.source)),
            c.quotation,
            plain(c.text),
            _spans(c),
            s.article_sha256[:SHORT_ID],
            s.status,
            ", ".join(f.code for f in c.flags),
        )
    stdout_console().print(table)


def show(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="Beginning of its hash, or its title.")],
) -> None:
    """Show an article with its claims marked; below it the claims, what was read of it, and where else it appeared."""
    from extractor.settings import load_settings
    from extractor.store import (
        also_in,
        copy_link,
        get_article,
        latest_extraction,
        list_claims,
        list_failures,
        open_session,
        open_store,
    )

    with open_session(open_store(load_settings().database_url), reading=True) as session:
        the_article = get_article(session, ref=article)
        stored = list_claims(session, article_sha256=the_article.sha256)
        extraction = latest_extraction(session, article_sha256=the_article.sha256)
        failures = list_failures(session, article_sha256=the_article.sha256)
        link = copy_link(session, sha256=the_article.sha256)
        elsewhere = also_in(session, sha256=the_article.sha256)
    stored.sort(key=lambda s: [(p.start_char, p.end_char) for p in s.claim.content.spans] or [(len(the_article.text),)])
    console = stdout_console()
    console.print(_marked(the_article, [s.claim for s in stored]))
    console.print()
    for number, s in enumerate(stored, 1):
        c = s.claim
        console.print(f"[bold]{number}[/bold] ", plain(c.text))
        how = f"{c.quotation}, {_spans(c)}, {c.content.level}; worth {c.check_worthiness:.2f}; {s.status}"
        console.print("   ", plain(_source_line(c.source)), f"[dim]({how})[/dim]")
        for flag in c.flags:
            console.print(f"    [red]{flag.code}[/red]:", plain(flag.detail))
    _show_ledger(the_article, extraction, failures, link)
    _show_copies(link, elsewhere)


def _show_ledger(
    article: "Article", extraction: "Extraction | None", failures: "list[Failure]", link: "CopyLink | None"
) -> None:
    console = stdout_console()
    console.print()
    if extraction is None and link and link.says_nothing_new:
        console.print(f"not read, since it says nothing new: claimdesk extract {article.sha256[:SHORT_ID]} reads it")
    elif extraction is None:
        console.print("not read yet: claimdesk extract")
    else:
        pieces = [_pieces(held) for held in extraction.pieces_by_state]
        read = f"read by {extraction.identity.model}; pieces: {', '.join(pieces) or 'none'}"
        console.print(plain(f"{read}; {count(len(extraction.suspected_misses), 'sentence')} perhaps missed"))
        for miss in extraction.suspected_misses:
            console.print(
                "[yellow]perhaps missed[/yellow]:", plain(miss.span.of(article.text)), plain(f"({miss.reason})")
            )
    for failure in failures:
        console.print("[red]failed[/red]:", plain(failure_line(failure)))


def _show_copies(link: "CopyLink | None", elsewhere: "list[Appearance]") -> None:
    console = stdout_console()
    if link:
        console.print(plain(copy_line(link)))
    for seen in elsewhere:
        about = seen.metadata
        day = f"{about.published}" if about.published else ""
        place = ", ".join(part for part in (about.publisher, day, about.url or about.origin) if part)
        console.print("also in", plain(f"{place} ({seen.article_sha256[:SHORT_ID]})"))


def _pieces(held: "PieceCount") -> str:
    from extractor.schema import PieceState

    state = "with claims" if held.state is PieceState.CLAIMS else held.state
    return f"{held.n} {state}" + (f" ({'; '.join(held.details)})" if held.details else "")


def export(
    form: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="jsonl: every field. csv: one row each. claimreview: published fact-checks as JSON-LD, one file each "
            "in a folder, or all in one. html: a page for each and an index, in a folder.",
        ),
    ],
    what: Annotated[
        Exported,
        typer.Option(
            help="claims: each with its article's title and origin, as the review left it. articles: each with its "
            "ledger, that is what became of every piece of it, which sentences may hold a missed claim, and what "
            "failed; jsonl has the text and the raw replies too."
        ),
    ] = Exported.CLAIMS,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file, or a folder with html or claimreview; else stdout.")
    ] = None,
    article: ArticleOption = None,
    status: StatusOption = None,
) -> None:
    """Export the claims and where they stand, the articles with what was read of them, or what is published."""
    import sys

    from extractor.cli.published import export_published
    from extractor.errors import ConfigError

    if form in {ExportFormat.CLAIMREVIEW, ExportFormat.HTML}:
        if what is Exported.ARTICLES or status is not None:
            raise ConfigError(f"--format {form} exports what is published: leave --what and --status out")
        export_published(as_pages=form is ExportFormat.HTML, output=output, article=article)
        return
    if what is Exported.CLAIMS:
        chunks = _claims_as(form, _stored(article, status, None))
    elif status is None:
        chunks = _articles_as(form, article)
    else:
        raise ConfigError(f"--status {status} picks claims: leave it out with --what articles")
    if output is None:
        sys.stdout.writelines(chunks)
    else:
        write_whole(output, chunks)


def _claims_as(form: ExportFormat, stored: "list[StoredClaim]") -> "Iterator[str]":
    from extractor.export import ClaimRecord, claims_to_csv, claims_to_jsonl
    from extractor.settings import load_settings
    from extractor.store import fact_checks_of, list_articles, open_session, open_store

    with open_session(open_store(load_settings().database_url), reading=True) as session:
        articles = {a.sha256: a for a in list_articles(session)}
        fact_checks = fact_checks_of(session, claim_ids=[s.claim.id for s in stored])
    records = (
        ClaimRecord(stored=claim, article=articles[claim.article_sha256], fact_check=fact_checks.get(claim.claim.id))
        for claim in stored
    )
    yield from (claims_to_jsonl if form is ExportFormat.JSONL else claims_to_csv)(records)


def _articles_as(form: ExportFormat, article: str | None) -> "Iterator[str]":
    from extractor.export import ArticleRecord, articles_to_csv, articles_to_jsonl
    from extractor.settings import load_settings
    from extractor.store import (
        also_in,
        copy_link,
        get_article,
        latest_extraction,
        list_articles,
        list_failures,
        open_session,
        open_store,
    )

    with open_session(open_store(load_settings().database_url), reading=True) as session:
        only = get_article(session, ref=article).sha256 if article else None
        records = (
            ArticleRecord(
                article=get_article(session, ref=stored.sha256),
                added_at=stored.added_at,
                n_claims=stored.n_claims,
                extraction=latest_extraction(session, article_sha256=stored.sha256),
                failures=tuple(list_failures(session, article_sha256=stored.sha256)),
                link=copy_link(session, sha256=stored.sha256),
                also_in=tuple(also_in(session, sha256=stored.sha256)),
            )
            for stored in list_articles(session)
            if only in (None, stored.sha256)
        )
        yield from (articles_to_jsonl if form is ExportFormat.JSONL else articles_to_csv)(records)


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
        piece = plain(article.text[start:end])
        piece.stylize("underline cyan" if covered else "")
        marked.append_text(piece)
    return marked
