"""A made-up set and run, as large as one likes: what scoring takes."""

import hashlib
import random
import resource
import time
from datetime import UTC, datetime
from itertools import product

from eval.cases import CaseSet, GoldArticle, GoldCase, GoldClaim, GoldSource, Split
from eval.metrics.figure import Bootstrap
from eval.run import EvalRun, Prediction, RunInfo
from eval.scores import Options
from eval.scoring import score
from extractor.schema import (
    Claim,
    ClaimKind,
    GroundingLevel,
    Identity,
    Part,
    Quotation,
    Source,
    SourceKind,
    Span,
    Value,
)

WORDS_PER_SENTENCE = 25
NAMES = ("Maria Lopez", "Juan Torres", "Ruta Osei", "Jonas Brandt")
_SYLLABLES = ("ba", "der", "kin", "lo", "mar", "nes", "or", "pil", "tan", "vu")
_WORDS = ("the", "of", "and", "to", "not", "12", "3.5", *("".join(p) for p in product(_SYLLABLES, repeat=3)))
"""News has a thousand different words in a few articles; some of them are what the checks look at."""


class Scored(Value):
    """What scoring took."""

    n_articles: int
    n_gold: int
    n_predicted: int
    n_rounds: int
    seconds: float
    cpu_s: float
    """Of this process, all threads; on a machine with other work it says more than the seconds."""
    peak_mb: float
    """Of the whole process, the made-up set and run included."""


def bench_score(*, n_articles: int, n_claims: int, n_rounds: int, seed: int = 0) -> Scored:
    """Score a made-up run whose claims are a few words off the gold ones, and whose speakers are often others.

    Args:
        n_articles: How many articles.
        n_claims: Gold claims in each, and as many predicted ones.
        n_rounds: Rounds of the bootstrap.
        seed: Of the texts.
    """
    chance = random.Random(seed)
    pairs = [_article(f"case-{n:06}", n_claims, chance) for n in range(n_articles)]
    cases = CaseSet(path="made up", sha256="0" * 64, cases=tuple(case for case, _ in pairs))
    info = RunInfo(
        identity=Identity(model="made up"),
        dataset=cases.path,
        dataset_sha256=cases.sha256,
        code_version="",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    run = EvalRun(info=info, predictions=tuple(prediction for _, prediction in pairs))
    started, cpu_started = time.perf_counter(), time.process_time()
    score(run, cases, Options(bootstrap=Bootstrap(rounds=n_rounds)))
    return Scored(
        n_articles=n_articles,
        n_gold=n_articles * n_claims,
        n_predicted=n_articles * n_claims,
        n_rounds=n_rounds,
        seconds=time.perf_counter() - started,
        cpu_s=time.process_time() - cpu_started,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _article(case_id: str, n_claims: int, chance: random.Random) -> tuple[GoldCase, Prediction]:
    sentences = [" ".join(chance.choices(_WORDS, k=WORDS_PER_SENTENCE)).capitalize() for _ in range(n_claims)]
    text = ". ".join(sentences)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    gold, predicted = [], []
    start = 0
    for n, sentence in enumerate(sentences):
        span = Span(start_char=start, end_char=start + len(sentence))
        start = span.end_char + 2
        off = Span(start_char=span.start_char + chance.randrange(len(sentence)), end_char=span.end_char)
        gold.append(
            GoldClaim(
                id=f"c{n}",
                text=sentence,
                content=(span,),
                quotation=chance.choice(list(Quotation)),
                source=GoldSource(name=chance.choice(NAMES), kind=SourceKind.PERSON),
                kind=ClaimKind.EVENT,
                check_worthy=chance.random() < 0.5,
            )
        )
        predicted.append(
            Claim(
                id=f"{case_id}-{n}",
                text=off.of(text),
                content=Part(text=off.of(text), spans=(off,), level=GroundingLevel.EXACT),
                quotation=Quotation.DIRECT,
                source=Source(name=chance.choice(NAMES).split()[-1], kind=SourceKind.PERSON),
                kind=ClaimKind.EVENT,
                check_worthiness=chance.random(),
                check_worthiness_reason="made up",
            )
        )
    case = GoldCase(
        id=case_id,
        split=Split.DEV,
        form=f"form {len(case_id)}",
        language="en",
        article=GoldArticle(text=text, text_sha256=sha256),
        claims=tuple(gold),
    )
    return case, Prediction(case_id=case_id, text_sha256=sha256, claims=tuple(predicted))
