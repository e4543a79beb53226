"""Standoff annotations in the shape of PolNeAR, over sentences of our own."""

from pathlib import Path

import pytest

from eval.cases import CaseSet, GoldClaim
from eval.formats import Format
from eval.readers import read_set
from extractor.errors import EvalError
from extractor.schema import Quotation, SourceKind

TEXT = (
    "Osei and Brandt say the pump failed\r\n\r\n"
    "“The pump failed at noon,” Ruta Osei, the engineer, said, “and nobody called us.”\r\n"
    "She said the tender had been “a disgrace”. The board, it is claimed, knew in March.\r\n"
)


class Ann:
    """Writes standoff lines; phrases stand for their offsets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.n_spans = 0

    def span(self, kind: str, *phrases: str) -> str:
        self.n_spans += 1
        places = [(TEXT.index(phrase), TEXT.index(phrase) + len(phrase)) for phrase in phrases]
        offsets = ";".join(f"{start} {end}" for start, end in places)
        self.lines.append(f"T{self.n_spans}\t{kind} {offsets}\t{' '.join(phrases)}")
        return f"T{self.n_spans}"

    def line(self, line: str) -> None:
        self.lines.append(line)

    def write(self, folder: Path, name: str = "osei") -> Path:
        (folder / f"{name}.txt").write_bytes(TEXT.encode())
        (folder / f"{name}.ann").write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        return folder


@pytest.fixture
def ann() -> Ann:
    return Ann()


def claims(path: Path) -> tuple[GoldClaim, ...]:
    (case,) = read_set(path, Format.BRAT).cases
    return case.claims


def contents(found: CaseSet) -> list[list[str]]:
    return [[" | ".join(s.of(case.text) for s in c.content) for c in case.claims] for case in found.cases]


def test_an_event_is_a_claim_with_its_divided_content(ann: Ann, tmp_path: Path) -> None:
    content = ann.span("Content", "“The pump failed at noon,”", "“and nobody called us.”")
    source, cue = ann.span("Source", "Ruta Osei, the engineer,"), ann.span("Cue", "said")
    ann.line(f"E1\tAttribution:{cue} Content:{content} Cue:{cue} Source:{source}")
    ann.line("#1\tAnnotatorNotes E1\tnot sure")
    (claim,) = claims(ann.write(tmp_path))
    (case,) = read_set(tmp_path, Format.BRAT).cases
    assert "\r" not in case.text
    assert [span.of(case.text) for span in claim.content] == ["“The pump failed at noon,”", "“and nobody called us.”"]
    assert claim.quotation is Quotation.DIRECT
    assert (claim.source.name, claim.source.kind, claim.source.resolved) == ("Ruta Osei, the engineer", None, False)
    assert claim.cue is not None
    assert claim.source.mention is not None
    assert claim.cue.of(case.text) == "said"
    assert claim.source.mention.of(case.text) == "Ruta Osei, the engineer,"
    assert (claim.kind, claim.check_worthy) == (None, None)


def test_several_sources_are_one_voice_and_several_contents_several_claims(ann: Ann, tmp_path: Path) -> None:
    one, other = ann.span("Source", "Osei"), ann.span("Source", "Brandt")
    first, second = ann.span("Content", "the pump failed"), ann.span("Content", "the tender had been “a disgrace”")
    ann.line(f"E1\tAttribution:{first} Content:{first} Content2:{second} Source:{one} Source2:{other}")
    found = claims(ann.write(tmp_path))
    assert [c.quotation for c in found] == [Quotation.INDIRECT, Quotation.MIXED]
    assert {(c.source.name, c.source.aliases) for c in found} == {("Osei and Brandt", ("Osei", "Brandt"))}
    assert [c.id for c in found] == ["c1", "c2"]


def test_relations_bind_directly_or_by_the_cue(ann: Ann, tmp_path: Path) -> None:
    content, cue = ann.span("Content", "the tender had been “a disgrace”"), ann.span("Cue", "said the")
    source = ann.span("Source", "She")
    ann.line(f"R1\tattributes Arg1:{cue} Arg2:{content}")
    ann.line(f"R2\tby Arg1:{cue} Arg2:{source}")
    (claim,) = claims(ann.write(tmp_path))
    assert (claim.source.name, claim.cue is not None) == ("She", True)


def test_an_attribute_says_how_the_words_are_given(ann: Ann, tmp_path: Path) -> None:
    content = ann.span("Content", "the pump failed")
    ann.line(f"E1\tAttribution:{content} Content:{content}")
    ann.line("A1\tType E1 direct")
    (claim,) = claims(ann.write(tmp_path))
    assert claim.quotation is Quotation.DIRECT
    assert (claim.source.name, claim.source.kind) == ("unnamed", SourceKind.ANONYMOUS)


def test_what_belongs_to_nothing_is_named(ann: Ann, tmp_path: Path) -> None:
    ann.span("Content", "the pump failed")
    cue = ann.span("Cue", "it is claimed")
    ann.line(f"E1\tAttribution:{cue} Cue:{cue}")
    (ann.write(tmp_path) / "stray.txt").write_text("Nobody has read this.")
    found = read_set(tmp_path, Format.BRAT)
    assert contents(found) == [[]]
    ann_path = tmp_path / "osei.ann"
    assert [(row.where, row.reason) for row in found.left_out] == [
        (f"{ann_path}:1", "content T1 belongs to no attribution"),
        (f"{ann_path}:3", "attribution E1 has no content"),
        (str(tmp_path / "stray.txt"), "no annotations lie beside it"),
    ]


def test_the_folders_of_polnear_with_two_annotators(ann: Ann, tmp_path: Path) -> None:
    content = ann.span("Content", "the pump failed")
    ann.line(f"E1\tAttribution:{content} Content:{content}")
    (tmp_path / "text").mkdir()
    (tmp_path / "attributions").mkdir()
    ann.write(tmp_path / "text", "osei")
    for annotator in ("4e07", "ef2d"):
        (tmp_path / "text" / "osei.ann").rename(tmp_path / "attributions" / f"osei_{annotator}.ann")
        ann.write(tmp_path / "text", "osei")
    (tmp_path / "text" / "osei.ann").unlink()
    found = read_set(tmp_path, Format.BRAT)
    assert [case.id for case in found.cases] == ["attributions/osei_4e07", "attributions/osei_ef2d"]


BROKEN = {
    "offsets that are words": ("T1\tSource a b\tx", "T1 has no type and offsets"),
    "outside": ("T1\tSource 0 9999\tx", "T1: [0, 9999) is no range of the text"),
    "other words": ("T1\tSource 0 4\tRuta", "T1 says 'Ruta', but the text has 'Osei' there"),
    "twice": ("T1\tSource 0 4\tOsei\nT1\tCue 0 4\tOsei", "T1 is used twice"),
    "unknown target": ("E1\tAttribution:T9 Content:T9", "E1 names T9, which is not in the file"),
    "half a relation": ("R1\tby Arg1:T1", "R1 relates 1 annotations, not 2"),
    "no line of brat's": ("Source: Osei", "'Source: Osei' is no standoff line"),
}


@pytest.mark.parametrize(("line", "wrong"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_named(ann: Ann, tmp_path: Path, line: str, wrong: str) -> None:
    ann.line("#1\tAnnotatorNotes T1\tfine")
    ann.line(line)
    with pytest.raises(EvalError) as caught:
        read_set(ann.write(tmp_path), Format.BRAT)
    assert str(caught.value).startswith(f"{tmp_path / 'osei.ann'}:")
    assert wrong in str(caught.value)


def test_a_text_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "alone.ann").write_text("")
    with pytest.raises(EvalError, match=r"alone\.ann: its text alone\.txt is missing"):
        read_set(tmp_path, Format.BRAT)
