"""What the checks of a claim's wording know about languages; the words stand in ``wording.json``."""

from importlib import resources

from extractor.schema import Value


class Wording(Value):
    """Word lists by language (ISO 639-1), lower case; a language that is missing is not checked."""

    negation: dict[str, frozenset[str]]
    not_a_negation: dict[str, tuple[str, ...]]
    """Regular expressions of phrases that negate nothing."""
    denial_cues: dict[str, frozenset[str]]
    """Cues that turn their content round."""
    weak_negation: dict[str, frozenset[str]]
    """Those of `negation` that may come with what a claim takes from elsewhere: "the failure of the pump" for "it"."""
    doubt_cues: dict[str, frozenset[str]]
    """Cues after which a claim may state the content or its opposite: "rejected" an idea, or an accusation."""
    negative_prefixes: dict[str, tuple[str, ...]]
    relative_time: dict[str, frozenset[str]]
    """Words by which a passage counts its dates from the day of publication."""
    calendar: dict[str, frozenset[str]]
    listener_verbs: dict[str, frozenset[str]]
    """Cues that are followed by the one who is told, not by the source."""
    capitalised_anyway: dict[str, frozenset[str]]


WORDING = Wording.model_validate_json(resources.files("extractor").joinpath("wording.json").read_bytes())
