"""The ceiling: how well one annotator does when the labels of another are the gold.

No score against labels means more than that. It stands in a file beside the gold cases
(``own.agreement.json`` beside ``own.jsonl``), article by article, as `claimdesk eval agreement --json`
writes it; so it can be added up over just the articles that a run was scored on.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ConfigDict, ValidationError

from eval.lines import what_is_wrong
from eval.matching import Criterion
from eval.metrics.figure import Ratio
from eval.metrics.given_match import GivenMatch
from extractor.errors import EvalError
from extractor.schema import Value

SUFFIX = ".agreement.json"


class Between(Value):
    """Whether two annotators found the same claims, by one criterion."""

    criterion: Criterion
    f1: Ratio
    """Matched claims of both sides over all claims of both sides (Dice)."""


class ArticleAgreement(Value):
    """Two annotators on one article."""

    case_id: str
    found: tuple[Between, ...]
    """One per criterion, in the order of `Criterion`."""
    given_match: GivenMatch
    """What they agree on about the claims that both found; each in turn is taken for the gold, so n is doubled."""


class Ceiling(Value):
    """Agreement of the annotators before adjudication, over the articles scored for which it is known."""

    n_articles: int
    found: tuple[Between, ...]
    """One per criterion, in the order of `Criterion`."""
    given_match: GivenMatch

    def f1(self, criterion: Criterion) -> float | None:
        """Return the F1 by one criterion, in [0, 1]; None without claims."""
        return next(f.f1.value for f in self.found if f.criterion is criterion)


class _Sidecar(Value):
    """The part of an agreement that matters here; it has others."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    articles: tuple[ArticleAgreement, ...]


def ceiling_of(articles: Sequence[ArticleAgreement]) -> Ceiling | None:
    """Add up articles; None for none."""
    if not articles:
        return None
    return Ceiling(
        n_articles=len(articles),
        found=tuple(
            Between(criterion=c, f1=sum((a.found[k].f1 for a in articles), Ratio())) for k, c in enumerate(Criterion)
        ),
        given_match=sum((a.given_match for a in articles), GivenMatch()),
    )


def load_agreements(data: Path) -> tuple[ArticleAgreement, ...]:
    """Read what stands beside a gold file, or beside the gold files of a folder; nothing where nothing does.

    Raises:
        EvalError: a file that stands there cannot be read or is no agreement.
    """
    beside = sorted(data.glob(f"*{SUFFIX}")) if data.is_dir() else [data.with_suffix(SUFFIX)]
    return tuple(article for path in beside if path.exists() for article in _articles(path))


def _articles(path: Path) -> Iterable[ArticleAgreement]:
    try:
        return _Sidecar.model_validate_json(path.read_bytes()).articles
    except OSError as exc:
        raise EvalError(f"{path}: cannot be read ({exc.strerror}); check the path") from exc
    except ValidationError as exc:
        raise EvalError("\n".join(f"{path}: {wrong}" for wrong in what_is_wrong(exc))) from exc
