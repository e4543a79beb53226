"""Make characters visible that would steer how the text around them is shown."""

import re

STEERING = re.compile(
    "["
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # control characters but tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, embeddings, overrides, isolates
    "\u200b\u2028\u2029\u2060-\u2064\ufeff"  # characters without width, separators of lines
    "\ud800-\udfff"  # halves of a pair: not encodable, they would break the connection to the browser
    "]"
)
"""Joiners (U+200C, U+200D) stay: words of several languages and emoji need them."""


def visible(text: str) -> str:
    """Write every steering character as its number, such as ``[U+202E]``.

    Direction overrides and characters without width can make a sentence read differently from
    what it says (Unicode TR 36, section 3). Whoever reads it must see that they are there.

    Args:
        text: Anything from an article or a model.

    Returns:
        The same text, equal when it has no such character.
    """
    return STEERING.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
