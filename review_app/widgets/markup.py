"""HTML of our own around text of others; the only place where the two meet outside the article."""

from html import escape

from review_app.logic.visible import visible


def safe(text: str) -> str:
    """Return any text as HTML that shows exactly these characters, and nothing that steers."""
    return escape(visible(text), quote=True)


def isolated(text: str, css: str = "") -> str:
    """Return a text whose direction of writing does not touch what stands beside it."""
    return f'<bdi class="{css}">{safe(text)}</bdi>' if css else f"<bdi>{safe(text)}</bdi>"
