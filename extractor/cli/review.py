"""The command that opens the review app."""

from typing import Annotated

import typer


def review(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; a free one without.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, open no browser.")] = False,
) -> None:
    """Open the review app: verify, correct or reject the claims in the queue. Ctrl-C ends it.

    For a desk of several people set CLAIMDESK_SECRETS to a file that says how they log in, and add them with
    `claimdesk people add`: docs/review.md.
    """
    from extractor.settings import load_settings
    from extractor.store import open_store
    from review_app.launch import serve

    open_store(load_settings().database_url).dispose()
    with serve(port=port) as app:
        typer.echo(f"review app: {app.url}  (Ctrl-C ends it)")
        if not no_browser:
            typer.launch(app.url)
        app.wait()
