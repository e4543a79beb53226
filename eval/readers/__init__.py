"""Gold claims in the formats of others, read as our own cases; one module a format.

A foreign set says less than ours, and nothing is made up for it: what it does not say is None, names that it does
not resolve are marked so, and what cannot be placed in its text is listed with the reason.
"""

from pathlib import Path
from typing import assert_never

from eval.cases import CaseSet, Split, Texts, load_cases, no_texts
from eval.formats import Format


def read_set(path: Path, form: Format, *, split: Split = Split.DEV, texts: Texts = no_texts) -> CaseSet:
    """Read gold cases in any format.

    Args:
        path: File or folder.
        form: How they are written down.
        split: What foreign cases are taken to be for; our own say it themselves.
        texts: As for `load_cases`; foreign sets hold their texts.

    Raises:
        EvalError: The files cannot be read, hold no case or contradict themselves; one problem a line,
            each with file and line, row or annotation.
    """
    match form:
        case Format.CLAIMDESK:
            return load_cases(path, texts)
        case Format.SIMPLE:
            from eval.readers.simple import read
        case Format.BRAT:
            from eval.readers.brat import read
        case Format.CED1K:
            from eval.readers.ced1k import read
        case Format.CHECKTHAT:
            from eval.readers.checkthat import read
        case Format.QUOTATIONS_DE:
            from eval.readers.quotations_de import read
        case _:
            assert_never(form)
    return read(path).case_set(path, split)
