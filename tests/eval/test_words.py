import pytest

from eval.words import bag, token_f1, words

CASES = {
    "case and punctuation": ("The Bridge, (he) said!", "the bridge he said"),
    "apostrophes": ("don't don’t", "dont dont"),
    "numbers": ("3.5 3,5 35 1,000 1,234,567 12,34", "3.5 3.5 35 1000 1234567 12.34"),
    "full stop after a number": ("in 2020. Then", "in 2020 then"),
    "hyphen": ("mid-2020", "mid 2020"),
    "german": ("Straße STRASSE", "strasse strasse"),
    "composed and decomposed": ("café cafe\u0301", "café café"),
    "full width": ("ＡＢＣ １２", "abc 12"),
    "devanagari keeps its vowel signs": ("हिन्दी में", "हिन्दी में"),
    "chinese by character": ("桥很安全。", "桥 很 安 全"),
    "middle dot is punctuation": ("a·b", "a b"),
    "nothing": ("?! —", ""),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


def test_token_f1_counts_repeated_words_as_often_as_both_have_them() -> None:
    # Shared: "the" twice and "cat", of 3 and of 5 words.
    assert token_f1(bag("the the cat"), bag("the the the cat sat")) == 2 * 3 / (3 + 5)
    assert token_f1(bag("the the cat"), bag("the the the dog sat")) == 2 * 2 / (3 + 5)


def test_token_f1_without_words_is_zero() -> None:
    assert token_f1(bag("?"), bag("?")) == 0
