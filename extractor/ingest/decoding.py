"""Bytes become text, or a sentence that says why not."""

import codecs
import re
from typing import BinaryIO

from extractor.errors import IngestError

MAX_ARTICLE_BYTES = 10_000_000
"""10 MB. A long report has 1 MB; what is larger is an archive or a mistake."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}",
)
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_BINARY_HEADS = {b"%PDF-": "a PDF", b"PK\x03\x04": "a ZIP or Office file", b"{\\rtf": "an RTF file"}
_MIN_TELLING_SHARE = 0.03
"""Bytes beyond ASCII that a guess needs. Measured on 147 English news texts in cp1252 with their
few accents: charset-normalizer took 18 for Japanese, Chinese or Polish, at full confidence."""
_MAX_CHAOS = 0.1
"""charset-normalizer's measure of disorder: French, German, Polish, Russian, Japanese and Chinese
text in their old encodings scored at most 0.05; random bytes find no encoding at all."""
_COHERENCE_TIE = 0.05
"""Closer than this in likeness to a language, the commoner encoding wins: cp1250 and cp1257 differ
from cp1252 by a few letters, and French scored .67 to .71 in all three."""
_OLD_ENCODINGS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859_2", "iso8859_15", "koi8_r",
    "cp932", "euc_jp", "gb18030", "big5", "cp949",
]  # fmt: skip
"""What news is found in beside UTF-8. From all it knows the guess would take Polish for Icelandic."""
_MISREAD = re.compile("[a-zß-öø-ý][À-ÖØ-Þ]|[þÿ]")
"""Signs that bytes are not cp1252: a capital with accent after a small letter, Mac OS quotation marks."""


def read_limited(stream: BinaryIO, origin: str, *, head: bytes = b"") -> bytes:
    """Read a stream to its end.

    Args:
        stream: What to read.
        origin: Its name, for the message.
        head: What was read from it before.

    Returns:
        Everything, `head` first; at most `MAX_ARTICLE_BYTES`.

    Raises:
        IngestError: There is more.
    """
    data = head + stream.read(MAX_ARTICLE_BYTES + 1 - len(head))
    if len(data) > MAX_ARTICLE_BYTES:
        raise too_large(origin)
    return data


def too_large(origin: str, limit_bytes: int = MAX_ARTICLE_BYTES) -> IngestError:
    """Name an input that is over the limit."""
    megabytes = f"{limit_bytes / 1_000_000:g} MB"
    return IngestError(f"{origin!r} is larger than {megabytes}: split it into articles, or give them as .jsonl.")


def decode(data: bytes, origin: str, *, declared: str | None = None) -> str:
    """Decode the bytes of one article.

    UTF-8 is tried first, then what is declared, then a guess that is only trusted when it
    reads like a language. Text that is UTF-8 but for a few broken bytes is refused: every other
    encoding would turn its accents into noise.

    Args:
        data: The bytes.
        origin: Where they come from, for the message.
        declared: The encoding that came with them, such as ``charset`` in HTTP or in a page.

    Returns:
        The text, without a byte order mark.

    Raises:
        IngestError: Empty, binary, or in an encoding that cannot be told.
    """
    if not data.strip():
        raise IngestError(f"{origin!r} is empty: give an article with some text in it.")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_as(data, encoding, origin)
    refuse_binary(data, origin)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        if _is_nearly_utf8(data):
            raise _broken(origin, f"is broken UTF-8 at byte {exc.start}") from exc
    if codec := _codec(declared):
        return _decode_as(data, codec, origin)
    return _guess(data, origin)


def refuse_binary(data: bytes, origin: str) -> None:
    """Refuse what begins like no text.

    Raises:
        IngestError: It says what it is.
    """
    for head, what in _BINARY_HEADS.items():
        if data.startswith(head):
            raise IngestError(f"{origin!r} is {what}, not text: save its text as .txt, .md or .html first.")
    head = data[:100_000]
    if b"\x00" in head or len(_CONTROL.findall(head)) > len(head) // 20:
        raise IngestError(f"{origin!r} is binary, not text: give a .txt, .md, .html or .jsonl file.")


def _is_nearly_utf8(data: bytes) -> bool:
    n_in_sequences = sum(len(sequence) for sequence in _UTF8_SEQUENCE.findall(data))
    return n_in_sequences > 0.9 * len(_HIGH_BYTE.findall(data))


def _codec(declared: str | None) -> str | None:
    """Return Python's name for a declared encoding, or None for one it does not know."""
    try:
        "a".encode(declared or "")
        name = codecs.lookup(declared or "").name
    except (LookupError, ValueError):
        return None
    # Browsers read both as cp1252 (WHATWG), so that is what pages mean by them.
    return "cp1252" if name in ("ascii", "iso8859-1") else name


def _decode_as(data: bytes, encoding: str, origin: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        raise _broken(origin, f"says it is {encoding}, but is not at byte {exc.start}") from exc


def _guess(data: bytes, origin: str) -> str:
    """Tell an old encoding by its bytes, or, where they are too few to tell, take the web's default."""
    if len(_HIGH_BYTE.findall(data)) < _MIN_TELLING_SHARE * len(data):
        text = data.decode("cp1252", errors="replace")
        if "\ufffd" in text or _MISREAD.search(text):
            raise _broken(origin, "is in an encoding that cannot be told")
        return text
    import charset_normalizer

    matches = list(charset_normalizer.from_bytes(data, cp_isolation=_OLD_ENCODINGS))
    likely = [match for match in matches if match.coherence >= matches[0].coherence - _COHERENCE_TIE]
    best = next((match for match in likely if match.encoding == "cp1252"), likely[0] if likely else None)
    if best is None or best.chaos > _MAX_CHAOS or _MISREAD.search(str(best)):
        raise _broken(origin, "is in an encoding that cannot be told")
    return str(best)


def _broken(origin: str, what: str) -> IngestError:
    return IngestError(f"{origin!r} {what}: save it as UTF-8 and try again.")
