"""How far reviewers agree who decided the same claims without seeing each other."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from eval.metrics.beyond_chance import Pairs, cohen_kappa, krippendorff_alpha
from extractor.schema import ClaimStatus, Value
from extractor.store import LookPair


class PairAgreement(Value):
    """Two reviewers."""

    one: str
    other: str
    n: int
    """Claims that both decided."""
    n_same: int
    kappa: float | None
    """Cohen's; None where chance cannot be told from agreement, as when both only ever verified."""

    @property
    def same(self) -> float:
        """Share of claims on which they decided the same, in [0, 1]."""
        return self.n_same / self.n


class Agreement(Value):
    """All reviewers."""

    n: int
    n_same: int
    alpha: float | None
    """Krippendorff's, over all pairs together; None as for `PairAgreement.kappa`."""
    pairs: tuple[PairAgreement, ...]
    """The pair with the most claims first."""


def agreement_of(looks: Sequence[LookPair]) -> Agreement:
    """Hold first and second decisions against each other: verified, corrected or rejected.

    Args:
        looks: How often each two decided how, in either order.
    """
    by_pair: defaultdict[tuple[str, str], Counter[tuple[ClaimStatus, ClaimStatus]]] = defaultdict(Counter)
    everybody: Counter[tuple[ClaimStatus, ClaimStatus]] = Counter()
    for look in looks:
        labels = (look.first_status, look.second_status)
        everybody[labels] += look.n
        # Whoever came first: each of the two keeps their own column.
        turned = look.first > look.second
        names = (look.second, look.first) if turned else (look.first, look.second)
        by_pair[names][labels[::-1] if turned else labels] += look.n
    pairs = [_pair(names, counted) for names, counted in by_pair.items()]
    pairs.sort(key=lambda pair: (-pair.n, pair.one, pair.other))
    return Agreement(
        n=everybody.total(),
        n_same=_same(everybody),
        alpha=krippendorff_alpha(_labelled(everybody)).value,
        pairs=tuple(pairs),
    )


def _pair(names: tuple[str, str], counted: Counter[tuple[ClaimStatus, ClaimStatus]]) -> PairAgreement:
    return PairAgreement(
        one=names[0],
        other=names[1],
        n=counted.total(),
        n_same=_same(counted),
        kappa=cohen_kappa(_labelled(counted)).value,
    )


def _same(counted: Counter[tuple[ClaimStatus, ClaimStatus]]) -> int:
    return sum(n for (one, other), n in counted.items() if one is other)


def _labelled(counted: Counter[tuple[ClaimStatus, ClaimStatus]]) -> Pairs:
    return {(one, other): n for (one, other), n in counted.items()}
