"""Markdown becomes plain text that reads as the page does: the words, without the marks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from extractor.errors import IngestError
from extractor.ingest.article import make_article, normalise
from extractor.schema import Article, ArticleMetadata, Value

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_MAX_FRONT_MATTER_CHARS = 64_000
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"<[^<>]*>")

_FIELDS = {
    "title": "title",
    "deck": "deck",
    "subtitle": "deck",
    "section": "section",
    "byline": "byline",
    "author": "byline",
    "publisher": "publisher",
    "published": "published",
    "date": "published",
    "language": "language",
    "lang": "language",
    "url": "url",
}
"""What front matter may say; other keys belong to the site that the file was written for."""


class _Block(Value):
    """A paragraph, heading, list item, table row or code block as plain text."""

    text: str
    heading_level: int | None = None
    tight: bool = False
    """It stands on the line after another tight block: list items, table rows."""


def read_markdown(source: str, known: ArticleMetadata) -> Article:
    """Read one Markdown file.

    The title is that of the YAML front matter, else the first heading where it opens the text
    or is of the first level.

    Args:
        source: The file, decoded.
        known: What is known beside it; the front matter adds to it.

    Returns:
        The article; its text has no marks of emphasis, no link targets and no images.

    Raises:
        IngestError: The front matter is not YAML, or no text is left.
    """
    source = normalise(source)
    front = _FRONT_MATTER.match(source[:_MAX_FRONT_MATTER_CHARS])
    if front:
        known = _add_front_matter(front["yaml"], known)
        source = source[front.end() :]
    blocks = [block for block in _parse(source) if block.text.strip()]
    if known.title is None:
        known = known.model_copy(update={"title": _title(blocks)})
    return make_article(_join(blocks), known)


def _title(blocks: Sequence[_Block]) -> str | None:
    for i, block in enumerate(blocks):
        if block.heading_level == 1 or (i == 0 and block.heading_level):
            return block.text
    return None


def _join(blocks: Sequence[_Block]) -> str:
    pieces = []
    for i, block in enumerate(blocks):
        if i:
            pieces.append("\n" if block.tight and blocks[i - 1].tight else "\n\n")
        pieces.append(block.text)
    return "".join(pieces)


def _add_front_matter(source: str, known: ArticleMetadata) -> ArticleMetadata:
    import yaml

    try:
        fields = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        problem = str(getattr(exc, "problem", None) or exc)
        raise IngestError(f"{known.origin!r} has front matter that is not YAML ({problem}): correct it.") from exc
    if not isinstance(fields, Mapping):
        return known
    found: dict[str, object] = {}
    for key, name in _FIELDS.items():
        value = _value(fields.get(key), name)
        if value is not None:
            found.setdefault(name, value)
    return known.model_copy(update=found)


def _value(value: object, name: str) -> object:
    """Read one value of front matter as the metadata wants it; None when it is of no use."""
    if name == "published":
        return _day(value)
    if name == "byline" and isinstance(value, list):
        value = ", ".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str) or not value.strip():
        return None
    return value.strip().replace("_", "-").partition("-")[0].lower() if name == "language" else value.strip()


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _parse(source: str) -> Iterator[_Block]:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    return _blocks(SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(source)))


def _blocks(node: "SyntaxTreeNode") -> Iterator[_Block]:
    match node.type:
        case "heading":
            yield _Block(text=_plain(node), heading_level=int(node.tag[1:]))
        case "paragraph":
            yield _Block(text=_plain(node), tight=node.hidden)
        case "list_item":
            for i, block in enumerate(block for child in node.children for block in _blocks(child)):
                yield block.model_copy(update={"text": f"- {block.text}"}) if i == 0 else block
        case "tr":
            yield _Block(text=" | ".join(_plain(cell) for cell in node.children), tight=True)
        case "fence" | "code_block":
            yield _Block(text=node.content.rstrip("\n"))
        case "html_block":
            # Comments, scripts and styles are not for readers; of other markup the words are kept.
            if not node.content.lstrip().lower().startswith(("<!--", "<script", "<style")):
                yield _Block(text=_TAG.sub("", node.content).strip())
        case _:
            for child in node.children:
                yield from _blocks(child)


def _plain(node: "SyntaxTreeNode") -> str:
    """Return the words of an inline node and everything in it; captions of images are left out."""
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image" | "html_inline":
            return ""
        case _:
            return "".join(_plain(child) for child in node.children)
