"""How urgent a claim is."""

from datetime import date

from extractor.schema import Claim, GroundingLevel

DOUBT_PER_FLAG = 0.1
"""What each kind of flag adds to a claim's urgency: a doubtful claim gains most from a human look."""

DOUBT_OF_GROUNDING = {GroundingLevel.FUZZY: 0.05, GroundingLevel.SENTENCE: 0.1, GroundingLevel.NOT_FOUND: 0.1}
"""What it adds that the article does not have the claim's words as they were given."""

DOUBT_OF_DISAGREEMENT = 0.1
"""What it adds when every other extractor of the article told it otherwise or not at all."""

MAX_DOUBT = 0.3
"""Doubt never outweighs a clear difference in check-worthiness."""

AGE_PER_DAY = 0.01
"""What a day costs: a claim of last month is passed by one of today that is worth 0.3 less."""

NEW_YEAR = date(2020, 1, 1)
"""From where age is counted; all claims grow old alike, so that their order never changes by itself."""

EARLIEST, LATEST = date(1990, 1, 1), date(2090, 1, 1)
"""Dates outside count as these: a slip in a date must not decide over everything."""

_STEP = 1e-6
_LOWEST = -300.0
ARRIVALS = 2**32


def rank(claim: Claim, *, disagreement: float = 0.0, day: date = NEW_YEAR) -> float:
    """Return a claim's place in the queue, the smaller the sooner.

    It is 1 - check_worthiness - doubt, in [-0.3, 1], less 0.01 for each day since 2020 on which the claim
    came up. Doubt is 0.1 for each different flag, 0.1 for words that were not found (0.05 for similar
    ones), and up to 0.1 where extractors disagree; at most 0.3. It is stored with the claim, so that the
    next one is the first entry of an index. Equal ranks are served in the order in which the claims came in.

    Args:
        claim: As it stands.
        disagreement: Share of the article's other extractors that do not have the claim so, in [0, 1].
        day: When the article was published, or came in.
    """
    doubt = DOUBT_PER_FLAG * len({flag.code for flag in claim.flags})
    doubt += DOUBT_OF_GROUNDING.get(claim.content.level, 0.0) + DOUBT_OF_DISAGREEMENT * disagreement
    age = (min(max(day, EARLIEST), LATEST) - NEW_YEAR).days * AGE_PER_DAY
    # Rounded, or .1 + .2 and .3 would differ and upset the order among equals.
    return round(1.0 - claim.check_worthiness - min(doubt, MAX_DOUBT) - age, 6)


def position(rank: float, arrival: int) -> int:
    """Return a claim's rank and arrival as one number that sorts like both: its row in the index."""
    return round((rank - _LOWEST) / _STEP) * ARRIVALS + arrival
