"""Put names together that the words alone leave in pieces: possessives, headlines, datelines, roles before them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from extractor.rules.chunks import Chunk, EntityKind, SeenWords, acronym_after
from extractor.rules.language import Language
from extractor.rules.reading import Reading, Token

_DATELINE = re.compile(r"[^\W\d_][^\n()]{1,60}?\([^()\n]{2,40}\)\s*[-–—]{1,2}\s")
_HEAD_SENTENCES = 6
"""A dateline stands at the head of the text."""
_MAX_FIELDS = 5
"""So many names stand in a list that is one name."""
_APOSTROPHES = "'’"
_WORD = re.compile(r"[^\W\d_][\w.&]*(?:['’-]\w+)*")
_TITLE_CASE = 0.6
"""A headline with a larger share of capitals writes every word with one, which tells nothing about names."""


def without_dateline(chunks: Mapping[int, list[Chunk]], reading: Reading) -> dict[int, list[Chunk]]:
    """Leave out the names of a dateline such as ``VARN (Interpost) -``: nobody speaks there."""
    end = 0
    for sentence in reading.sentences[:_HEAD_SENTENCES]:
        found = _DATELINE.match(reading.text, sentence.span.start_char)
        end = found.end() if found is not None else end
    return (
        {
            index: [
                chunk for chunk in found if reading.tokens[index][chunk.first].start >= end or index >= _HEAD_SENTENCES
            ]
            for index, found in chunks.items()
        }
        if end
        else dict(chunks)
    )


def joined(chunks: Sequence[Chunk], tokens: Sequence[Token], reading: Reading) -> list[Chunk]:
    """Join ``Farmers`` and ``Daily`` of "the Farmers' Daily", ``Women`` and ``League`` of "the Women's League"."""
    language = reading.language
    result: list[Chunk] = []
    for chunk in _listed(chunks, tokens):
        last = result[-1] if result else None
        if last is not None and last.last + 1 == chunk.first and _belongs(last, chunk, tokens, language):
            result[-1] = Chunk(last.first, chunk.last, last.first, EntityKind.ORGANISATION, None)
        else:
            result.append(chunk)
    return result


def _listed(chunks: Sequence[Chunk], tokens: Sequence[Token]) -> Iterator[Chunk]:
    """Join ``Institute of Trade``, ``Ports`` and ``Roads`` where "(ITPR)" behind them says that they are one name."""
    number = 0
    while number < len(chunks):
        whole = chunks[number]
        for later in range(number + 1, min(len(chunks), number + _MAX_FIELDS)):
            if any(t.text != "," and t.lower != "and" for t in tokens[chunks[later - 1].last : chunks[later].first]):
                break
            letters = "".join(t.text[0] for t in tokens[whole.first : chunks[later].last] if t.capital)
            if acronym_after(tokens, chunks[later].last) == letters:
                whole = Chunk(whole.first, chunks[later].last, whole.first, EntityKind.ORGANISATION, None)
                number = later
                break
        yield whole
        number += 1


def _belongs(owner: Chunk, thing: Chunk, tokens: Sequence[Token], language: Language) -> bool:
    mark, nouns = tokens[owner.last], language.nouns
    plural = mark.text in _APOSTROPHES and tokens[owner.last - 1].lower.endswith("s")
    irregular = mark.lower in language.grammar.possessive and tokens[owner.last - 1].lower in nouns.groups
    determined = owner.first > 0 and tokens[owner.first - 1].lower in language.grammar.determiners
    body = tokens[thing.last - 1].lower in nouns.organisations | nouns.company_words
    return determined and body and (plural or irregular) and owner.last - owner.first == 1


def parted(chunks: Mapping[int, Sequence[Chunk]], reading: Reading) -> dict[int, list[Chunk]]:
    """Take what stands before a name off it where the article also has the name without it.

    ``Chief Executive of Varn Ruta Osei`` beside ``Ruta Osei``: the place belongs to the office.
    """
    tokens = reading.tokens
    chunks = {
        index: [p for c in found for p in _after_outlet(tokens[index], c, chunks, reading)]
        for index, found in chunks.items()
    }
    seen = {_lower(tokens[i], c) for i, found in chunks.items() for c in found if c.last - c.name_first >= 2}
    result: dict[int, list[Chunk]] = {}
    for index, found in chunks.items():
        result[index] = [part for chunk in found for part in _parts(tokens[index], chunk, seen, reading.language)]
    return result


def _after_outlet(
    tokens: Sequence[Token], chunk: Chunk, chunks: Mapping[int, Sequence[Chunk]], reading: Reading
) -> Iterator[Chunk]:
    """Part ``told MSNBC Cummings``: whom somebody told, and a name that the article has in full elsewhere."""
    language = reading.language
    before = tokens[chunk.first - 1].lower if chunk.first else ""
    if before not in language.verbs.tell or chunk.last - chunk.first < 2:
        yield chunk
        return
    for cut in range(chunk.first + 1, chunk.last):
        tail = tuple(token.lower for token in tokens[cut : chunk.last])
        known = any(_ends_with(reading, i, c, tail) for i, found in chunks.items() for c in found if c is not chunk)
        if known:
            yield Chunk(chunk.first, cut, chunk.first, EntityKind.ORGANISATION, None)
            yield Chunk(cut, chunk.last, cut, EntityKind.PERSON, None)
            return
    yield chunk


def _ends_with(reading: Reading, index: int, chunk: Chunk, tail: tuple[str, ...]) -> bool:
    words = _lower(reading.tokens[index], chunk)
    named = chunk.kind in (EntityKind.PERSON, EntityKind.UNKNOWN)
    return named and len(words) > 1 and words[-len(tail) :] == tail and chunk.first < chunk.last


def _lower(tokens: Sequence[Token], chunk: Chunk) -> tuple[str, ...]:
    return tuple(token.lower for token in tokens[chunk.name_first : chunk.last])


def _parts(tokens: Sequence[Token], chunk: Chunk, seen: set[tuple[str, ...]], language: Language) -> Iterator[Chunk]:
    grammar = language.grammar
    office = chunk.first > 1 and tokens[chunk.first - 1].lower in grammar.of
    if office and chunk.name_first == chunk.first and chunk.kind is not EntityKind.ORGANISATION:
        for cut in range(chunk.first + 1, chunk.last - 1):
            tail = tuple(token.lower for token in tokens[cut : chunk.last])
            if tail in seen:
                yield Chunk(chunk.first, cut, chunk.first, EntityKind.PLACE, None)
                yield Chunk(cut, chunk.last, cut, EntityKind.PERSON, None)
                return
    yield chunk


def title_forms(reading: Reading, common: SeenWords) -> tuple[tuple[str, ...], ...]:
    """Return the stretches of capitalised words of the headline; none when it writes all words with a capital.

    Args:
        reading: The article; its headline is in the metadata.
        common: How the body writes its words.
    """
    title = reading.article.metadata.title or ""
    words = list(_WORD.finditer(title))
    capitals = sum(1 for word in words[1:] if word[0][0].isupper())
    if reading.language.nouns_capitalised or not words or capitals > _TITLE_CASE * len(words[1:]):
        return ()
    runs: list[list[str]] = [[]]
    end = 0
    for number, word in enumerate(words):
        named = word[0][0].isupper() and word[0].lower() not in reading.language.function_words | common.plain
        if number == 0 and word[0].lower() in reading.language.nouns.callings:
            named = False
        if not runs[-1] or title[end : word.start()] != " ":
            runs.append([])
        if named:
            runs[-1].append(word[0].removesuffix("'s").removesuffix("’s"))
        if not named or word[0].endswith(("'s", "’s")):
            runs.append([])
        end = word.end()
    return tuple(tuple(run) for run in runs if len(run) > 1)
