"""Gold claims in the shape that an extractor proposes claims in, and the names they can be mixed up with."""

from collections.abc import Iterable, Iterator, Sequence

from eval.cases import GoldCase, GoldClaim, GoldSource
from eval.guard.names import Found, names_in, words_of
from extractor.schema import ClaimDraft, ClaimKind, PartDraft, SourceDraft, SourceKind, Span, Value

NAMED = frozenset({SourceKind.PERSON, SourceKind.ORGANISATION, SourceKind.DOCUMENT})


class Subject(Value):
    """One gold claim, and what faults are made of."""

    case: GoldCase
    gold: GoldClaim
    draft: ClaimDraft
    """As an extractor would propose it that found it and placed it."""
    voices: tuple[GoldSource, ...]
    """Everybody who is named in the article's labels, each once."""
    strangers: tuple[str, ...]
    """Names from other articles of the set; no word of them is in this one."""

    @property
    def content(self) -> str:
        """The words of the claim in the article."""
        return self.draft.content.text

    @property
    def unplaced(self) -> ClaimDraft:
        """The draft of an extractor that gives words and no places, as a model behind an endpoint does."""
        return self.draft.model_copy(update={"content": PartDraft(text=self.content)})

    def names(self) -> tuple[Found, ...]:
        """Find the names in the claim's text."""
        return names_in(self.draft.text, self._labelled(), language=self.case.language)

    def article_names(self) -> tuple[str, ...]:
        """Return the names that the article's text has, each once, in reading order."""
        found = names_in(self.case.text, self._labelled(), language=self.case.language)
        return tuple(dict.fromkeys(f.name for f in found))

    def _labelled(self) -> tuple[str, ...]:
        forms = (form for voice in self.voices if voice.kind in NAMED for form in (voice.name, *voice.aliases))
        return tuple(dict.fromkeys(form for form in forms if form[:1].isupper()))


def subjects(cases: Sequence[GoldCase]) -> Iterator[tuple[Subject, ...]]:
    """Take the claims of every article, in the order of the cases."""
    voices = {case.id: _voices(case) for case in cases}
    people = {
        (case.language, voice.name)
        for case in cases
        for voice in voices[case.id]
        if voice.kind is SourceKind.PERSON and voice.name[:1].isupper()
    }
    for case in cases:
        here = words_of(case.text)
        strangers = tuple(
            sorted(n for lang, n in people if lang == case.language and not words_of(n) & here and " " in n)
        )
        yield tuple(
            Subject(case=case, gold=gold, draft=_draft(case, gold), voices=voices[case.id], strangers=strangers)
            for gold in case.claims
        )


def same_voice(one: GoldSource, other: GoldSource) -> bool:
    """Tell whether two labels share a name."""
    return not {n.casefold() for n in (one.name, *one.aliases)}.isdisjoint(
        n.casefold() for n in (other.name, *other.aliases)
    )


def _voices(case: GoldCase) -> tuple[GoldSource, ...]:
    found: list[GoldSource] = []
    for claim in case.claims:
        for source in (claim.source, *claim.chain):
            if source.kind is not SourceKind.ARTICLE and not any(same_voice(source, f) for f in found):
                found.append(source)
    return tuple(found)


def _draft(case: GoldCase, gold: GoldClaim) -> ClaimDraft:
    return ClaimDraft(
        text=gold.text,
        content=_part(case.text, gold.content),
        quotation=gold.quotation,
        source=_source(case.text, gold.source),
        cue=_part(case.text, [gold.cue]) if gold.cue else None,
        chain=tuple(_source(case.text, link) for link in gold.chain),
        kind=gold.kind or ClaimKind.EVENT,
        check_worthiness=0.5,
        check_worthiness_reason="labelled",
    )


def _source(text: str, gold: GoldSource) -> SourceDraft:
    mention = _part(text, [gold.mention]) if gold.mention else None
    return SourceDraft(name=gold.name, kind=gold.kind or SourceKind.ANONYMOUS, role=gold.role, mention=mention)


def _part(text: str, spans: Iterable[Span]) -> PartDraft:
    held = tuple(spans)
    return PartDraft(text=" ".join(span.of(text) for span in held), spans=held)
