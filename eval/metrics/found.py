"""Precision, recall and F1 of found claims."""

from eval.metrics.figure import Ratio
from extractor.schema import Value


class Counts(Value):
    """Claims of one article, or of one type in it."""

    n_predicted: int = 0
    n_gold: int = 0
    n_predicted_matched: int = 0
    n_gold_matched: int = 0
    """Equals `n_predicted_matched` over whole articles; in a slice by a field of the claim a pair may
    stand on one side only."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            n_predicted=self.n_predicted + other.n_predicted,
            n_gold=self.n_gold + other.n_gold,
            n_predicted_matched=self.n_predicted_matched + other.n_predicted_matched,
            n_gold_matched=self.n_gold_matched + other.n_gold_matched,
        )

    @property
    def precision(self) -> Ratio:
        """Matched of the predicted; undefined where nothing is predicted."""
        return Ratio(hits=self.n_predicted_matched, n=self.n_predicted)

    @property
    def recall(self) -> Ratio:
        """Matched of the gold; undefined where there is no gold claim."""
        return Ratio(hits=self.n_gold_matched, n=self.n_gold)

    @property
    def f1(self) -> Ratio:
        """Matched of both sides together (Dice), the harmonic mean of precision and recall.

        It is 0 where there are gold claims and none is predicted, undefined where there is neither.
        Of summed counts, look at `has_f1` first.
        """
        return Ratio(hits=self.n_predicted_matched + self.n_gold_matched, n=self.n_predicted + self.n_gold)

    @property
    def has_f1(self) -> bool:
        """Whether the F1 means anything: in a slice one side can be empty while the other has matches."""
        return bool(self.n_gold or not self.n_predicted_matched) and bool(self.n_predicted or not self.n_gold_matched)
