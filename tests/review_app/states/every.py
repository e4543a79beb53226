"""All states of all pages: each page has a module beside this one, and its states are added here."""

from tests.review_app.stage import State
from tests.review_app.states import articles, claims, desk, factchecks, people, review, second

STATES: tuple[State, ...] = (
    *review.STATES,
    *claims.STATES,
    *factchecks.STATES,
    *articles.STATES,
    *second.STATES,
    *desk.STATES,
    *people.STATES,
)
