"""The language of an article whose input does not name it."""

from pathlib import Path

import pytest

from extractor.ingest import Rejected, make_article, read_articles
from extractor.ingest.fetch import fetch_page
from extractor.ingest.language import language_of_text
from extractor.schema import ArticleMetadata

TEXTS = {
    "en": "The mayor said on Monday that the bridge would stay closed until May. The works will cost three million "
    "euros, twice what was expected, and the city could not wait another winter, she said.",
    "de": "Die Bürgermeisterin sagte am Montag, dass die Brücke bis Mai gesperrt bleibt. Die Arbeiten werden drei "
    "Millionen Euro kosten, doppelt so viel wie erwartet.",
    "es": "La alcaldesa dijo el lunes que el puente permanecerá cerrado hasta mayo. Las obras costarán tres millones "
    "de euros, el doble de lo previsto.",
    "fr": "La maire a déclaré lundi que le pont restera fermé jusqu'en mai. Les travaux coûteront trois millions "
    "d'euros, le double de ce qui était prévu.",
    "pt": "A prefeita disse na segunda-feira que a ponte permanecerá fechada até maio. As obras custarão três milhões "
    "de euros, o dobro do previsto.",
    "ru": "Мэр заявила в понедельник, что мост останется закрытым до мая. Работы обойдутся в три миллиона рублей, "
    "вдвое больше, чем ожидалось.",
    "it": "La sindaca ha detto lunedì che il ponte resterà chiuso fino a maggio. I lavori costeranno tre milioni di "
    "euro, il doppio di quanto previsto.",
    "nl": "De burgemeester zei maandag dat de brug tot mei gesloten blijft. De werkzaamheden zullen drie miljoen euro "
    "kosten, twee keer zo veel als verwacht.",
    "uk": "Міська голова заявила в понеділок, що міст залишатиметься закритим до травня. Роботи коштуватимуть три "
    "мільйони гривень, удвічі більше, ніж очікувалося.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_tells_its_language(language: str) -> None:
    assert make_article(TEXTS[language], ArticleMetadata()).metadata.language == language


def test_what_the_input_names_stays() -> None:
    assert language_of_text(TEXTS["de"], stated="lb") == "lb"
    assert make_article(TEXTS["en"], ArticleMetadata(language="fr")).metadata.language == "fr"


def test_the_english_of_a_page_template_gives_way(tmp_path: Path) -> None:
    page = tmp_path / "seite.html"
    body = f"<article><h1>Brücke bleibt zu</h1><p>{TEXTS['de']}</p><p>{TEXTS['de']}</p></article>"
    page.write_text(f'<html lang="en"><body>{body}</body></html>', encoding="utf-8")
    with page.open("rb") as unused:
        (article,) = read_articles([str(page)], stdin=unused, fetch=fetch_page)
    assert not isinstance(article, Rejected)
    assert article.metadata.language == "de"


def test_a_quotation_in_another_tongue_does_not_decide() -> None:
    text = "\n\n".join([TEXTS["en"] * 4, f"In Russian: {TEXTS['ru']}", TEXTS["en"] * 2])
    assert language_of_text(text, stated="en") == "en"


@pytest.mark.parametrize("text", ["Ferry late", "12, 34 and 56", "Brücke zu", "1 " * 500])
def test_little_text_is_no_evidence(text: str) -> None:
    assert language_of_text(text, stated="en") == "en"


def test_a_headline_has_no_vote() -> None:
    text = f"Bridge closed, says mayor in Monday speech\n\n{TEXTS['de']}\n\n{TEXTS['de']}"
    assert make_article(text, ArticleMetadata()).metadata.language == "de"
