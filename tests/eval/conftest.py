"""Builders of gold and predicted claims over one invented text."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from eval.cases import CaseSet, GoldArticle, GoldCase, GoldClaim, GoldSource, Split
from eval.run import EvalRun, Prediction, RunInfo
from extractor.schema import (
    Claim,
    ClaimKind,
    Flag,
    GroundingLevel,
    Identity,
    Part,
    Quotation,
    Source,
    SourceKind,
    Span,
)

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

TEXT = (
    "The bridge is safe, mayor Ruta Osei said. Traffic fell by 12 percent last year, according to the "
    "waterworks. The tunnel will open in May, she added. Nobody was hurt in the flood, the police said."
)
SHA = hashlib.sha256(TEXT.encode()).hexdigest()


class Build:
    """Makes values with one line each; a phrase of `TEXT` stands for its span."""

    text = TEXT

    def span(self, phrase: str) -> Span:
        start = TEXT.index(phrase)
        return Span(start_char=start, end_char=start + len(phrase))

    def gold_source(
        self, name: str, *aliases: str, kind: SourceKind = SourceKind.PERSON, role: str | None = None
    ) -> GoldSource:
        return GoldSource(name=name, aliases=aliases, kind=kind, role=role)

    def gold(self, *phrases: str, by: str = "Ruta Osei", text: str = "", **changes: object) -> GoldClaim:
        fields: dict[str, object] = {
            "id": f"c{TEXT.index(phrases[0])}",
            "text": text or " ".join(phrases),
            "content": tuple(self.span(p) for p in phrases),
            "quotation": Quotation.INDIRECT,
            "source": self.gold_source(by),
            "kind": ClaimKind.EVENT,
            "check_worthy": True,
        }
        return GoldClaim.model_validate(fields | changes)

    def predicted(self, *phrases: str, by: str = "Ruta Osei", text: str = "", **changes: object) -> Claim:
        content = " ".join(phrases)
        fields: dict[str, object] = {
            "id": hashlib.sha256(f"{content}|{text}|{by}".encode()).hexdigest()[:24],
            "text": text or content,
            "content": Part(text=content, spans=tuple(self.span(p) for p in phrases), level=GroundingLevel.EXACT),
            "quotation": Quotation.INDIRECT,
            "source": Source(name=by, kind=SourceKind.PERSON),
            "kind": ClaimKind.EVENT,
            "check_worthiness": 0.5,
            "check_worthiness_reason": "",
        }
        return Claim.model_validate(fields | changes)

    def unplaced(self, text: str, *flags: Flag) -> Claim:
        part = Part(text=text, level=GroundingLevel.NOT_FOUND)
        return self.predicted("The bridge", text=text, content=part, flags=flags)

    def case(self, *claims: GoldClaim, case_id: str = "a", **changes: object) -> GoldCase:
        fields: dict[str, object] = {
            "id": case_id,
            "split": Split.DEV,
            "form": "wire_report",
            "language": "en",
            "article": GoldArticle(text=TEXT, text_sha256=SHA),
            "claims": claims,
        }
        return GoldCase.model_validate(fields | changes)

    def cases(self, *cases: GoldCase) -> CaseSet:
        return CaseSet(path="gold.jsonl", sha256="0" * 64, cases=cases)

    def prediction(self, case_id: str, *claims: Claim, **changes: object) -> Prediction:
        fields: dict[str, object] = {"case_id": case_id, "text_sha256": SHA, "claims": claims}
        return Prediction.model_validate(fields | changes)

    def run(self, predictions: Sequence[Prediction]) -> EvalRun:
        info = RunInfo(
            identity=Identity(model="rules"),
            dataset="gold.jsonl",
            dataset_sha256="0" * 64,
            code_version="0.1.0",
            created_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        )
        return EvalRun(info=info, predictions=tuple(predictions))


@pytest.fixture(scope="session")
def build() -> Build:
    return Build()
