"""The pages of the app, in the order in which they stand at the top."""

from collections.abc import Callable
from dataclasses import dataclass

from extractor.people import Act
from review_app.deps import Visit
from review_app.views.articles import articles_page
from review_app.views.claims import claims_page
from review_app.views.desk import desk_page
from review_app.views.factchecks import fact_checks_page
from review_app.views.people import people_page
from review_app.views.review import review_page
from review_app.views.second import second_page


@dataclass(frozen=True)
class Page:
    """One page."""

    title: str
    path: str
    """In the address; empty for the first page."""
    least: Act
    """Who may not do this does not see the page."""
    draw: Callable[[Visit], None]


PAGES = (
    Page("Review", "", Act.READ, review_page),
    Page("Claims", "claims", Act.READ, claims_page),
    Page("Fact-checks", "factchecks", Act.READ, fact_checks_page),
    Page("Articles", "articles", Act.READ, articles_page),
    Page("Second look", "second", Act.READ, second_page),
    Page("Desk", "desk", Act.READ, desk_page),
    Page("People", "people", Act.MANAGE, people_page),
)
