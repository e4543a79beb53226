"""The benchmark of scoring counts what it says it does."""

from eval.bench_score import bench_score


def test_a_small_one() -> None:
    done = bench_score(n_articles=3, n_claims=4, n_rounds=5)
    assert (done.n_gold, done.n_predicted, done.n_rounds) == (12, 12, 5)
    assert done.seconds > 0
    assert done.cpu_s > 0
    assert done.peak_mb > 0
