"""Benchmark of placing: 200 quotations planted in a generated article of 5,000 words.

The article is made up from word lists below, so that the true place of every quotation is known. A placer is
a callable; another library is compared by wrapping it in one.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from extractor.schema import Part, Span, Value

Placer = Callable[[str, Sequence[str]], Sequence[Part]]
"""Takes a text and quotations in reading order; returns one part for each, in the same order."""

N_WORDS = 5_000
MIN_SHARED = 0.8
"""An edited quotation is placed right when intersection over union with the planted range reaches this."""


class PlantKind(StrEnum):
    """How a quotation was derived from the article."""

    EXACT = "exact"
    NORMALISED = "normalised"
    """Quotation marks, dashes, spaces or ellipses written differently."""
    EDITED = "edited"
    """Words changed, dropped and added."""
    REPEATED = "repeated"
    """A phrase that the article has many times; the order of reading tells which one is meant."""
    INTERRUPTED = "interrupted"
    """Given in one piece, while the article puts the speaker in the middle."""
    INVENTED = "invented"
    """Made from the same words, but nowhere in the article; right is not to place it."""


_SHARES = {
    PlantKind.EXACT: 70,
    PlantKind.NORMALISED: 40,
    PlantKind.EDITED: 40,
    PlantKind.REPEATED: 30,
    PlantKind.INTERRUPTED: 10,
    PlantKind.INVENTED: 10,
}


class Plant(Value):
    """One quotation and where it truly stands."""

    kind: PlantKind
    needle: str
    spans: tuple[Span, ...]
    """Empty for an invented one."""


class PlantedArticle(Value):
    """A generated article and the quotations planted in it, in reading order."""

    text: str
    plants: tuple[Plant, ...]


class KindRow(Value):
    """How one placer did on one kind of quotation."""

    kind: PlantKind
    n: int
    n_right: int
    n_missed: int
    """Not placed at all."""

    @property
    def accuracy(self) -> float | None:
        """Share placed right; None when there were none."""
        return self.n_right / self.n if self.n else None


class GroundingTable(Value):
    """The outcome of one placer."""

    placer: str
    n_words: int
    n_quotations: int
    seconds: float
    """For all quotations together, preparing the article included; the fastest of the runs."""
    cpu_s: float
    """Of this process in the run that took least of it; a placer in another process takes none of it."""
    rows: tuple[KindRow, ...]


def bench_placer(name: str, placer: Placer, *, seed: int = 20_261_124, n_runs: int = 11) -> GroundingTable:
    """Measure one placer.

    Args:
        name: What the table calls it.
        placer: Finds the quotations.
        seed: Of the article and the quotations; the same seed gives the same ones.
        n_runs: How often the time is taken; at least 1.

    Returns:
        Time in all and accuracy per kind.
    """
    planted = plant(seed=seed)
    needles = [p.needle for p in planted.plants]
    times, cpu_times = [], []
    parts: Sequence[Part] = ()
    for _ in range(n_runs):
        started, cpu_started = time.perf_counter(), time.process_time()
        parts = placer(planted.text, needles)
        times.append(time.perf_counter() - started)
        cpu_times.append(time.process_time() - cpu_started)
    return GroundingTable(
        placer=name,
        n_words=len(planted.text.split()),
        n_quotations=len(needles),
        seconds=min(times),
        cpu_s=min(cpu_times),
        rows=tuple(_row(kind, planted.plants, parts) for kind in PlantKind),
    )


def plant(*, seed: int, n_words: int = N_WORDS) -> PlantedArticle:
    """Write an article and derive quotations from it.

    Args:
        seed: Decides everything.
        n_words: Length of the article, reached within one paragraph.
    """
    rng = random.Random(seed)
    text, quoted = _article(rng, n_words)
    plants = [
        *_of_repeated(text, quoted, rng),
        *(_interrupted(text, q) for q in quoted if len(q.spans) == 2),
    ]
    plain = [q for q in quoted if len(q.spans) == 1 and not q.repeated]
    rng.shuffle(plain)
    derive = [kind for kind in (PlantKind.EXACT, PlantKind.NORMALISED, PlantKind.EDITED) for _ in range(_SHARES[kind])]
    plants += [_derived(kind, q.spans[0], text, rng) for kind, q in zip(derive, cycle(plain), strict=False)]
    plants += [_invented(text, rng) for _ in range(_SHARES[PlantKind.INVENTED])]
    plants.sort(key=lambda p: p.spans[0].start_char if p.spans else rng.randrange(len(text)))
    return PlantedArticle(text=text, plants=tuple(plants))


def is_right(plant: Plant, part: Part) -> bool:
    """Tell whether a part stands where its quotation was planted; closing punctuation does not matter."""
    if not plant.spans or not part.spans:
        return not plant.spans and not part.spans
    if plant.kind is PlantKind.EDITED:
        return _shared(plant.spans, part.spans) >= MIN_SHARED
    return len(plant.spans) == len(part.spans) and all(
        abs(a.start_char - b.start_char) <= 2 and abs(a.end_char - b.end_char) <= 2
        for a, b in zip(plant.spans, part.spans, strict=True)
    )


def _row(kind: PlantKind, plants: Sequence[Plant], parts: Sequence[Part]) -> KindRow:
    pairs = [(plant, part) for plant, part in zip(plants, parts, strict=True) if plant.kind is kind]
    return KindRow(
        kind=kind,
        n=len(pairs),
        n_right=sum(is_right(plant, part) for plant, part in pairs),
        n_missed=sum(bool(plant.spans) and not part.spans for plant, part in pairs),
    )


def _shared(truth: Iterable[Span], found: Iterable[Span]) -> float:
    a = {c for s in truth for c in range(s.start_char, s.end_char)}
    b = {c for s in found for c in range(s.start_char, s.end_char)}
    return len(a & b) / len(a | b)


@dataclass(frozen=True)
class _Quoted:
    """Where the article has a statement in quotation marks."""

    spans: tuple[Span, ...]
    repeated: bool = False


_WHO = (
    "the harbour master|a retired welder|the school board|her deputy|the water office|two neighbours|the ferry line|"
    "the night nurse|our auditors|the young clerk|a visiting judge|the bakers' guild|the tram drivers|this committee|"
    "the old mill owner|every tenant|the survey team|a former coach|the parish council|the grain traders"
).split("|")
_DID = (
    "promised to repair|refused to sell|has counted|will reopen|could not insure|measured|wants to rebuild|inspected|"
    "sold off|forgot to report|has doubled|kept away from|cannot explain|plans to fence|paid for|has abandoned|"
    "repainted|would rather close|was told to guard|never opened"
).split("|")
_WHAT = (
    "the eastern footbridge|{n} leaking hydrants|the flood barrier|a warehouse of spoiled barley|the signal box|"
    "{n} unlit stairwells|the swimming hall|the ledger for {y}|the copper roof|{n} school buses|the lower quay|"
    "the clinic's generator|a crate of missing keys|the drainage tunnel|{n} acres of orchard|the library annexe|"
    "the observatory dome|an unsigned contract|the tram depot|{n} empty flats"
).split("|")
_WHY = (
    "because the insurer withdrew|after the spring storms|without asking anyone|for less than {n} crowns a day|"
    "since the mayor's visit|although nobody had complained|before the ice broke|on the advice of an engineer|"
    "in spite of {n} written objections|until the money arrives|while the inquiry goes on|as the charter demands|"
    "at the request of the union|once the permits expire|under a rule from {y}|despite the cold|"
    "long after the deadline|with help from volunteers|to save {n} per cent of the cost|against my wishes"
).split("|")
_REFRAIN = (
    "we will not be rushed into a decision",
    "nobody has shown us the figures",
    "this town deserves better",
    "the answer is still no",
    "safety comes first",
)
_SPEAKERS = "Ines Varga|Tom Okello|Rita Lund|Piet Moraes|Ada Quist|Leo Brandt".split("|")
_FILLER = (
    "It was the third meeting this month, and the hall was cold.",
    "Rain fell on the square all morning.",
    "The minutes run to forty pages and were read aloud.",
    "Outside, a brass band practised the same march again and again.",
    "Tea was served late, which few of those present seemed to mind.",
)


def _sentence(rng: random.Random) -> str:
    parts = [rng.choice(_WHO), rng.choice(_DID), rng.choice(_WHAT), rng.choice(_WHY)]
    if rng.random() < 0.5:
        parts.append("and " + " ".join([rng.choice(_WHO), rng.choice(_DID), rng.choice(_WHAT)]))
    filled = " ".join(parts)
    while "{" in filled:
        filled = filled.replace("{n}", str(rng.randint(11, 980)), 1).replace("{y}", str(rng.randint(1950, 2025)), 1)
    return filled[0].upper() + filled[1:]


def _article(rng: random.Random, n_words: int) -> tuple[str, list[_Quoted]]:
    pieces: list[str] = []
    quoted: list[_Quoted] = []
    n_repeated = n_interrupted = length = written = 0
    while written < n_words:
        speaker = rng.choice(_SPEAKERS)
        start = length + 1
        if n_repeated < _SHARES[PlantKind.REPEATED] and rng.random() < 0.4:
            words, n_repeated = rng.choice(_REFRAIN), n_repeated + 1
            paragraph = f"“{words},” {speaker} said. {rng.choice(_FILLER)}\n\n"
            quoted.append(_Quoted((Span(start_char=start, end_char=start + len(words)),), repeated=True))
        elif n_interrupted < _SHARES[PlantKind.INTERRUPTED] and rng.random() < 0.15:
            first, second = _sentence(rng), f"{rng.choice(_WHY)} — {rng.choice(_WHY)}".format(n=7, y=1999)
            n_interrupted += 1
            between = f",” {speaker} told the meeting, “"
            paragraph = f"“{first}{between}{second}.” {rng.choice(_FILLER)}\n\n"
            resumed = start + len(first) + len(between)
            spans = (
                Span(start_char=start, end_char=start + len(first)),
                Span(start_char=resumed, end_char=resumed + len(second)),
            )
            quoted.append(_Quoted(spans))
        else:
            words = _sentence(rng)
            if rng.random() < 0.4:
                words = (
                    f"{words} — {rng.choice(('that’s true', 'it isn’t a secret', 'you’ve seen it'))} … {_sentence(rng)}"
                )
            paragraph = f"“{words},” said {speaker}. {rng.choice(_FILLER)}\n\n"
            quoted.append(_Quoted((Span(start_char=start, end_char=start + len(words)),)))
        pieces.append(paragraph)
        length += len(paragraph)
        written += len(paragraph.split())
    return "".join(pieces), quoted


def _of_repeated(text: str, quoted: Sequence[_Quoted], rng: random.Random) -> Iterable[Plant]:
    for q in quoted:
        if q.repeated:
            yield Plant(kind=PlantKind.REPEATED, needle=q.spans[0].of(text), spans=q.spans)


def _interrupted(text: str, quoted: _Quoted) -> Plant:
    first, second = (s.of(text) for s in quoted.spans)
    return Plant(kind=PlantKind.INTERRUPTED, needle=f"{first}, {second}", spans=quoted.spans)


def _derived(kind: PlantKind, span: Span, text: str, rng: random.Random) -> Plant:
    words = span.of(text)
    match kind:
        case PlantKind.NORMALISED:
            needle = words.replace("’", "'").replace(" — ", rng.choice(("--", " - ", "—"))).replace(" … ", "... ")
            # A line break where a copy was wrapped, so that no copy is exact.
            needle = needle.replace(" ", rng.choice(("\n", "\u00a0", "  ")), 2)
        case PlantKind.EDITED:
            needle = _edited(words, rng)
        case _:
            needle = words
    return Plant(kind=kind, needle=needle, spans=(span,))


def _edited(words: str, rng: random.Random) -> str:
    """Change about one word in six, never a figure: replaced, dropped, or one put in beside it."""
    edited: list[str] = []
    for word in words.split(" "):
        roll = rng.random()
        if word[0].isdigit() or roll >= 1 / 6:
            edited.append(word)
        elif roll < 1 / 18:
            edited.append(rng.choice(("apparently", "some", "large", "again", "their")))
        elif roll < 1 / 9:
            edited += [word, rng.choice(("really", "quite", "also", "now"))]
    return " ".join(edited)


def _invented(text: str, rng: random.Random) -> Plant:
    """Write a statement that shares the article's vocabulary and no long run of its words."""
    while True:
        needle = _sentence(rng)
        words = needle.lower().split(" ")
        if not any(" ".join(words[i : i + 7]) in text.lower() for i in range(max(1, len(words) - 6))):
            return Plant(kind=PlantKind.INVENTED, needle=needle, spans=())
