"""The names of the formats; light, for the command line's options."""

from enum import StrEnum


class Format(StrEnum):
    """How gold claims are written down."""

    CLAIMDESK = "claimdesk"
    """Our own JSONL, with every field."""
    SIMPLE = "simple"
    """JSONL of texts with claims and sources, without offsets."""
    BRAT = "brat"
    """Standoff files with Source, Cue, Content and Attribution, as PolNeAR has them."""
    CED1K = "ced1k"
    """The sheet of CED-1K, one claim a row, .xlsx or .csv."""
    CHECKTHAT = "checkthat"
    """Sentences with a label for check-worthiness, .tsv or .jsonl."""
    QUOTATIONS_DE = "quotations-de"
    """JSON of the German news quotation attribution dataset."""


class LabelFormat(StrEnum):
    """How labels that a judge is held against are written down."""

    CLAIMDESK = "claimdesk"
    """Our own JSONL."""
    FACTCHECK_BENCH = "factcheck-bench"
    """Sentences with their claims, as Factcheck-Bench has them."""
