"""The export of what is published: fact-checks as structured data and as pages."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from extractor.cli.output import count, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractor.profile import Profile
    from extractor.settings import Settings
    from extractor.store import PublishedCheck

INDEX = "index.html"


def export_published(*, as_pages: bool, output: Path | None, article: str | None) -> None:
    """Write the published fact-checks.

    Args:
        as_pages: As HTML pages with an index, else as ClaimReview.
        output: A folder for a file each; with ClaimReview also one file for all, or stdout when None.
        article: Only those of one article.

    Raises:
        ConfigError: The desk has no name or address yet, or pages have no folder to go to.
    """
    from extractor.claimreview import require_desk
    from extractor.errors import ConfigError
    from extractor.profile import load_profile
    from extractor.settings import load_settings

    settings = load_settings()
    profile = load_profile(settings)
    require_desk(profile.desk, str(settings.desk_path))
    into_folder = output is not None and (output.is_dir() or not output.suffix)
    if as_pages and not into_folder:
        raise ConfigError("--format html writes a page for each fact-check: name a folder with -o")
    checks = _published(settings, article)
    if output is None or not into_folder:
        _feed(checks, profile, output)
        return
    output.mkdir(parents=True, exist_ok=True)
    n, n_withdrawn = (_pages if as_pages else _files)(checks, profile, output)
    withdrawn = f", {n_withdrawn} withdrawn" if n_withdrawn else ""
    typer.echo(f"{count(n, 'fact-check')} written to {output}{withdrawn}", err=True)


def _published(settings: "Settings", article: str | None) -> "Iterator[PublishedCheck]":
    from extractor.store import get_article, open_session, open_store, published_checks

    with open_session(open_store(settings.database_url), reading=True) as session:
        sha256 = get_article(session, ref=article).sha256 if article else None
        yield from published_checks(session, article_sha256=sha256)


def _feed(checks: "Iterator[PublishedCheck]", profile: "Profile", output: Path | None) -> None:
    from extractor.claimreview import as_json_ld, claim_review, data_feed
    from extractor.clock import utc_now

    reviews = [
        claim_review(public, check.appearances, profile.desk)
        for check in checks
        if (public := check.checked.fact_check.publication) and not public.withdrawn
    ]
    text = as_json_ld(data_feed(reviews, profile.desk, now=utc_now())) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, [text])
        typer.echo(f"{count(len(reviews), 'fact-check')} written to {output}", err=True)


def _files(checks: "Iterator[PublishedCheck]", profile: "Profile", folder: Path) -> tuple[int, int]:
    from extractor.claimreview import as_json_ld, claim_review

    n = n_withdrawn = 0
    for check in checks:
        public = check.checked.fact_check.publication
        if public is None:
            continue
        path = folder / f"{public.claim.id}.jsonld"
        if public.withdrawn:
            # An earlier export may have left it there.
            path.unlink(missing_ok=True)
            n_withdrawn += 1
        else:
            write_whole(path, [as_json_ld(claim_review(public, check.appearances, profile.desk)) + "\n"])
            n += 1
    return n, n_withdrawn


def _pages(checks: "Iterator[PublishedCheck]", profile: "Profile", folder: Path) -> tuple[int, int]:
    from extractor.checkpage import IndexEntry, check_page, index_page

    entries = []
    for check in checks:
        public = check.checked.fact_check.publication
        if public is None:
            continue
        name = f"{public.claim.id}.html"
        page = check_page(public, check.appearances, desk=profile.desk, scale=profile.scale, index=INDEX)
        write_whole(folder / name, [page])
        entries.append(IndexEntry(publication=public, file_name=name))
    entries.reverse()
    write_whole(folder / INDEX, [index_page(entries, desk=profile.desk)])
    n_withdrawn = sum(entry.publication.withdrawn is not None for entry in entries)
    return len(entries) - n_withdrawn, n_withdrawn
