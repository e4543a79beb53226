"""Claims that people have labelled, to hold a judge against.

Our own form is JSON lines: ``{"id": ..., "claim": ..., "labels": {"atomicity": true, ...}}``, and with a ``text``
for ``support``. Factcheck-Bench (Wang et al. 2023) is read as published in sentences: its people took a sentence of a
model's answer apart into claims and made it stand alone, so a sentence that became several claims is not atomic and
each of the claims is; a sentence that they had to change does not stand alone and what they made of it does.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.formats import LabelFormat
from eval.judge.questions import Question, Trait
from eval.lines import Line, read_lines, what_is_wrong
from extractor.errors import EvalError
from extractor.schema import Value


class Labelled(Value):
    """A question with the answers that people give."""

    id: str
    question: Question
    labels: dict[Trait, bool]


class _Row(Value):
    id: str
    claim: str = Field(min_length=1)
    text: str | None = Field(default=None, min_length=1)
    labels: dict[Trait, bool] = Field(min_length=1)

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        possible = Question(claim=self.claim, text=self.text).traits
        if strange := [trait for trait in self.labels if trait not in possible]:
            raise ValueError(
                f"a label for {strange[0]} needs a row {'with' if self.text is None else 'without'} a text"
            )
        return self


class _Claim(BaseModel):
    model_config = ConfigDict(extra="ignore")
    claim: str


class _Sentence(BaseModel):
    model_config = ConfigDict(extra="ignore")
    id: str
    sentence: str
    decontextualised: str
    claims: list[_Claim]


def read_labels(path: Path, form: LabelFormat = LabelFormat.CLAIMDESK) -> tuple[Labelled, ...]:
    """Read labels.

    Raises:
        EvalError: the file cannot be read, holds none, or a line is wrong; one problem a line, with file and line.
    """
    found: list[Labelled] = []
    problems: list[str] = []
    for line in read_lines(path):
        try:
            found += _ours(line) if form is LabelFormat.CLAIMDESK else _factcheck_bench(line)
        except ValidationError as exc:
            problems += [f"{line.where}: {wrong}" for wrong in what_is_wrong(exc)]
    if problems:
        raise EvalError("\n".join(problems))
    if not found:
        raise EvalError(f"{path}: no label in it; write one JSON object a line")
    return tuple(found)


def drawn(labelled: Sequence[Labelled], limit: int | None, seed: int) -> tuple[Labelled, ...]:
    """Choose some labelled claims at random; a larger limit with the same seed only adds to them."""
    order = sorted(labelled, key=lambda row: hashlib.sha256(f"{seed}:{row.id}".encode()).digest())
    return tuple(order[:limit])


def _ours(line: Line) -> Iterator[Labelled]:
    row = _Row.model_validate_json(line.text)
    yield Labelled(id=row.id, question=Question(claim=row.claim, text=row.text), labels=row.labels)


def _factcheck_bench(line: Line) -> Iterator[Labelled]:
    row = _Sentence.model_validate_json(line.text)
    sentence, alone = row.sentence.strip(), row.decontextualised.strip()
    if not sentence or not alone or not row.claims:
        return  # No claim in it: its people did not look at how it stands.
    stands = {Trait.DECONTEXTUALISATION: sentence == alone}
    yield Labelled(
        id=f"{row.id}: sentence",
        question=Question(claim=sentence),
        labels=stands | {Trait.ATOMICITY: len(row.claims) == 1},
    )
    if sentence != alone:
        question = Question(claim=alone)
        yield Labelled(id=f"{row.id}: made to stand alone", question=question, labels={Trait.DECONTEXTUALISATION: True})
    if len(row.claims) > 1:
        for number, claim in enumerate(row.claims, start=1):
            question = Question(claim=claim.claim.strip())
            yield Labelled(id=f"{row.id}: claim {number}", question=question, labels={Trait.ATOMICITY: True})
