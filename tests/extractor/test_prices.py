"""Prices: the shipped file, a user's own over it, and what a call costs."""

from pathlib import Path

import pytest

from extractor.errors import ConfigError
from extractor.prices import Price, estimate_tokens, load_prices
from extractor.settings import load_settings

OWN = """
as_of = "2030-01"

[models.mine]
input = 1.0
output = 3.0
"""


def test_shipped_prices_say_when_they_held() -> None:
    prices = load_prices(load_settings({}))
    assert prices.as_of
    assert prices.batch_share == 0.5
    assert prices.of("gpt-5-mini") == prices.of("gpt-5-mini-2025-08-07")
    assert prices.of("gpt-5-mini") is not None
    assert prices.of("nobody's") is None


def test_own_prices_stand_over_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    prices = load_prices(load_settings({"CLAIMDESK_PRICES": str(path)}))
    assert (prices.as_of, prices.of("mine")) == ("2030-01", Price(input=1, output=3))
    assert prices.of("gpt-5-mini") is not None


@pytest.mark.parametrize(
    "text", [pytest.param(None, id="missing"), pytest.param("[models.x]\ninput = -1", id="wrong"), "a ="]
)
def test_own_prices_that_cannot_be_used_are_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        load_prices(load_settings({"CLAIMDESK_PRICES": str(path)}))


def test_a_call_costs_its_tokens() -> None:
    price = Price(input=2, cached_input=0.5, output=8)
    assert price.of(prompt_tokens=1000, cached_prompt_tokens=400, output_tokens=100) == pytest.approx(0.0022)
    assert price.times(0.5).of(prompt_tokens=1000, cached_prompt_tokens=400, output_tokens=100) == pytest.approx(0.0011)
    assert Price(input=2, output=8).of(prompt_tokens=10, cached_prompt_tokens=10, output_tokens=0) == pytest.approx(
        20e-6
    )


def test_tokens_are_estimated() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("a") == 1
