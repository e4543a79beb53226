"""Prompt files: loaded, checked, and rendered with article text as fenced data.

A prompt is ``prompts/<name>.v<version>.toml`` with its examples in ``<name>.v<version>.examples.jsonl``
beside it. ``{variable}`` in its text is replaced in one pass, so nothing in an article is ever read as
a template, and an article cannot close its own fence.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import JsonValue, ValidationError, model_validator

from extractor.errors import PromptError
from extractor.schema import Sentence, Value

PROMPTS = Path(__file__).parents[1] / "prompts"
"""The folder of released prompts."""

_VARIABLE = re.compile(r"\{([a-z_]+)\}")


class Role(StrEnum):
    """Who speaks in a conversation with a model."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Message(Value):
    """One turn of a conversation with a model."""

    role: Role
    content: str


class Example(Value):
    """One question with the answer it should get."""

    values: dict[str, str]
    """One text for each declared variable."""
    reply: JsonValue
    """Fits the reply schema of the task."""


class _PromptFile(Value):
    """What stands in the file."""

    name: str
    version: int
    variables: tuple[str, ...]
    fenced: tuple[str, ...]
    """Those of the variables that carry text from outside."""
    system: str = ""
    """Empty where the prompt goes on with a conversation that another one began."""
    user: str


class Prompt(_PromptFile):
    """A prompt that holds together: every declared variable is used, every used one is declared."""

    examples: tuple[Example, ...] = ()
    sha256: str
    """Of the prompt file and its examples."""

    @cached_property
    def fixed(self) -> tuple[Message, ...]:
        """What comes before the text of an article, and is the same for all."""
        messages = [Message(role=Role.SYSTEM, content=self.system.strip())] if self.system else []
        for example in self.examples:
            messages.append(Message(role=Role.USER, content=_filled(self, example.values)))
            reply = json.dumps(example.reply, ensure_ascii=False)
            messages.append(Message(role=Role.ASSISTANT, content=reply))
        return tuple(messages)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if _VARIABLE.search(self.system):
            raise ValueError("the system part must be the same for every article, so it has no variables")
        used = set(_VARIABLE.findall(self.user))
        if used != set(self.variables):
            raise ValueError(f"declared variables {sorted(self.variables)} differ from used ones {sorted(used)}")
        if not set(self.fenced) <= used:
            raise ValueError(f"fenced variables {sorted(self.fenced)} are not all declared")
        for number, example in enumerate(self.examples, start=1):
            if set(example.values) != used:
                raise ValueError(f"example {number} has values for {sorted(example.values)}, not {sorted(used)}")
        return self


def load_prompt(name: str, version: int, folder: Path = PROMPTS) -> Prompt:
    """Read a prompt with its examples.

    Args:
        name: The task, such as ``attribute``.
        version: From 1.
        folder: Where the files are.

    Raises:
        PromptError: The file is missing, malformed, or contradicts itself.
    """
    path = folder / f"{name}.v{version}.toml"
    examples_path = folder / f"{name}.v{version}.examples.jsonl"
    try:
        raw = path.read_bytes()
        raw_examples = examples_path.read_bytes() if examples_path.exists() else b""
        prompt = Prompt(
            **tomllib.loads(raw.decode()),
            examples=tuple(json.loads(line) for line in raw_examples.splitlines()),
            sha256=hashlib.sha256(raw + b"\0" + raw_examples).hexdigest(),
        )
    except (OSError, ValueError, TypeError) as exc:
        reason = exc.errors()[0]["msg"] if isinstance(exc, ValidationError) else str(exc)
        raise PromptError(f"Prompt {str(path)!r} cannot be used: {reason}; correct the file.") from exc
    if (prompt.name, prompt.version) != (name, version):
        raise PromptError(f"Prompt {str(path)!r} calls itself {prompt.name} v{prompt.version}; rename one of the two.")
    return prompt


def render(prompt: Prompt, values: Mapping[str, str]) -> tuple[Message, ...]:
    """Make the conversation: the fixed parts first, so that an endpoint can reuse what it has read.

    Args:
        prompt: The prompt.
        values: A text for each declared variable; it reaches the model as it is.

    Raises:
        PromptError: Values are missing or left over.
    """
    if set(values) != set(prompt.variables):
        raise PromptError(f"Prompt {prompt.name!r} wants {sorted(prompt.variables)} and got {sorted(values)}.")
    return (*prompt.fixed, Message(role=Role.USER, content=_filled(prompt, values)))


def numbered(text: str, sentences: tuple[Sentence, ...]) -> str:
    """Write sentences one a line, ``[index] words``, with an empty line between paragraphs."""
    lines: list[str] = []
    paragraph = sentences[0].paragraph if sentences else 0
    for sentence in sentences:
        if sentence.paragraph != paragraph:
            lines.append("")
            paragraph = sentence.paragraph
        lines.append(f"[{sentence.index}] {sentence.span.of(text)}")
    return "\n".join(lines)


def _filled(prompt: Prompt, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        return _fenced(name, values[name]) if name in prompt.fenced else values[name]

    return _VARIABLE.sub(value, prompt.user.strip())


def _fenced(tag: str, text: str) -> str:
    """Put text between marks that do not occur in it: the text stays as it is and cannot end the fence."""
    fence, number = tag, 1
    while f"<{fence}>" in text or f"</{fence}>" in text:
        number += 1
        fence = f"{tag}-{number}"
    return f"<{fence}>\n{text}\n</{fence}>"
