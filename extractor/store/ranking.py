"""How urgent a claim is."""

from extractor.schema import Claim

DOUBT_PER_FLAG = 0.1
"""What each kind of flag adds to a claim's urgency: a doubtful claim gains most from a human look."""

MAX_DOUBT = 0.3
"""Doubt never outweighs a clear difference in check-worthiness."""


def rank(claim: Claim) -> float:
    """Return a claim's place in the queue, the smaller the sooner.

    It is 1 - check_worthiness - doubt, in [-0.3, 1]; doubt is 0.1 for each different flag, at most 0.3.
    It is stored with the claim, so that the next one is the first entry of an index. Equal ranks are
    served in the order in which the claims came in.
    """
    doubt = min(DOUBT_PER_FLAG * len({flag.code for flag in claim.flags}), MAX_DOUBT)
    # Rounded, or .1 + .2 and .3 would differ and upset the order among equals.
    return round(1.0 - claim.check_worthiness - doubt, 6)
