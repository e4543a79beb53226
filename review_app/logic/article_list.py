"""The list of articles, and one article with all that is known of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from extractor.schema import (
    Article,
    ArticleFilter,
    ArticleState,
    ClaimStatus,
    CopyLink,
    Count,
    ListedArticle,
    StoredClaim,
    Usage,
    Value,
)
from extractor.store import (
    also_in,
    article_titles,
    articles_page,
    copy_link,
    count_listed_articles,
    get_article,
    latest_extraction,
    list_claims,
    list_failures,
    listed_articles,
    open_session,
    usage_of_article,
)
from review_app.logic import words
from review_app.logic.ledger import reading_of
from review_app.logic.segments import ArticleView, article_view, window_of
from review_app.logic.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Engine

PER_PAGE = 50

MOST_LISTED = 10_000
"""So far can pages be turned."""

MOST_CLAIMS = 400
"""Claims of one article that are marked in its text."""

STATES = {
    "": "All articles",
    ArticleState.UNREAD: "Not read yet",
    ArticleState.WAITING: "With claims waiting",
    ArticleState.DECIDED: "All claims decided",
    ArticleState.WITHOUT: "Without a claim",
    ArticleState.LOST: "With lost pieces",
    ArticleState.MISSES: "With sentences perhaps missed",
    ArticleState.FAILED: "Failed",
}
PARAMS = ("q", "state", "page", "article", "show")


class ArticlesView(Value):
    """What the page shows; it stands in the address."""

    typed: str = ""
    state: ArticleState | None = None
    page: int = 1
    article: str = ""
    """Hash of the one that is open; empty for the list."""
    show: str = ""
    """``add`` or ``runs``; empty for the list."""

    @property
    def where(self) -> ArticleFilter:
        """Which articles are wanted."""
        return ArticleFilter(text=self.typed, states=(self.state,) if self.state else ())


def read_address(address: Mapping[str, str]) -> ArticlesView:
    """Return what an address asks for; what it does not say, or says wrongly, is as usual."""
    page, state = address.get("page", ""), address.get("state", "")
    return ArticlesView(
        typed=address.get("q", "").strip(),
        state=ArticleState(state) if state in set(ArticleState) else None,
        page=int(page) if page.isascii() and page.isdigit() and 0 < int(page) <= MOST_LISTED else 1,
        article=address.get("article", ""),
        show=address.get("show", "") if address.get("show") in {"add", "runs"} else "",
    )


def address_of(view: ArticlesView) -> dict[str, str]:
    """Return the address of a view: what is as usual does not stand in it."""
    page = str(view.page) if view.page > 1 else ""
    values = (view.typed, str(view.state or ""), page, view.article, view.show)
    return {param: value for param, value in zip(PARAMS, values, strict=True) if value}


class ArticleLine(Value):
    """An article as one entry of the list; every text is safe to show."""

    sha256: str
    title: str
    about: str
    """Publisher and day, as far as they are known."""
    came: str
    came_at: str
    """To the minute."""
    claims: str
    reading: str
    """How far its extraction is; empty where all went well."""
    is_loss: bool
    """What `reading` says is a loss."""


class ArticlesScreen(Value):
    """What the list shows."""

    view: ArticlesView
    total: Count
    n_all: int
    n_pages: int
    n_before: int
    lines: tuple[ArticleLine, ...]


class OpenedArticle(Value):
    """One article; every text is safe to show."""

    sha256: str
    view: ArticleView
    came: str
    came_at: str
    n_chars: int
    counts: tuple[tuple[ClaimStatus, int], ...]
    copies: tuple[str, ...]
    """One sentence for each article that this one repeats."""
    usage: tuple[tuple[str, str], ...]
    """Each extractor, and what it used on this article."""
    first_waiting: str | None
    """Id of the first claim that waits."""
    is_read: bool


class ArticleRoom:
    """Everything about articles that is read from the store."""

    def __init__(self, engine: "Engine", now: "Callable[[], datetime]") -> None:
        self._engine = engine
        self._now = now

    def screen(self, view: ArticlesView) -> ArticlesScreen:
        """Read a page of the list.

        Raises:
            StoreError: The database refused.
        """
        with open_session(self._engine, reading=True) as session:
            total = count_listed_articles(session, where=view.where)
            n_all = count_listed_articles(session, where=ArticleFilter()).n
            n_pages = max(1, -(-min(total.n, MOST_LISTED) // PER_PAGE))
            view = view.model_copy(update={"page": min(view.page, n_pages)})
            offset = (view.page - 1) * PER_PAGE
            # To find none once more takes as long as to find out that there is none.
            page = articles_page(session, where=view.where, limit=PER_PAGE, offset=offset) if total.n else None
            articles = page.articles if page else ()
            repeated = [link.copy_of.sha256 for a in articles if (link := a.link) and link.copy_of]
            titles = article_titles(session, sha256s=repeated)
        lines = tuple(self._line(article, titles) for article in articles)
        return ArticlesScreen(view=view, total=total, n_all=n_all, n_pages=n_pages, n_before=offset, lines=lines)

    def open(self, sha256: str) -> OpenedArticle | None:
        """Read one article; None where there is none of this hash."""
        with open_session(self._engine, reading=True) as session:
            found = listed_articles(session, sha256s=[sha256])
            if not found:
                return None
            listed, article = found[0], get_article(session, ref=sha256)
            claims = list_claims(session, article_sha256=sha256, within=window_of(article.text, ()), limit=MOST_CLAIMS)
            extraction = latest_extraction(session, article_sha256=sha256)
            failures = list_failures(session, article_sha256=sha256)
            link = copy_link(session, sha256=sha256)
            titles = article_titles(session, sha256s=_linked(link))
            appearances = also_in(session, sha256=sha256)
            usage = usage_of_article(session, article_sha256=sha256)
        live = [c for c in claims if c.status is not ClaimStatus.SUPERSEDED]
        reading = reading_of(extraction, failures, (c.claim for c in live))
        return OpenedArticle(
            sha256=sha256,
            view=article_view(article, None, live, reading, appearances=appearances),
            came=words.ago(listed.added_at, self._now()),
            came_at=words.clock(listed.added_at),
            n_chars=len(article.text),
            counts=tuple((status, n) for status, n in listed.by_status.items() if n),
            copies=copies_told(link, titles),
            usage=tuple((visible(each.model), used(each.usage)) for each in usage),
            first_waiting=_first_waiting(article, live),
            is_read=extraction is not None,
        )

    def _line(self, article: ListedArticle, titles: Mapping[str, str]) -> ArticleLine:
        known = article.metadata
        day = words.day(known.published) if known.published else ""
        told, is_loss = _reading(article, titles)
        return ArticleLine(
            sha256=article.sha256,
            title=visible(known.title or known.origin or article.sha256[:12]),
            about=visible(" · ".join(part for part in (known.publisher, day) if part)),
            came=words.ago(article.added_at, self._now()),
            came_at=words.clock(article.added_at),
            claims=_claims(article),
            reading=visible(told),
            is_loss=is_loss,
        )


def used(usage: Usage) -> str:
    """Say what calls used."""
    if not usage.calls:
        return "no calls"
    tokens = f"{usage.prompt_tokens:,} tokens in, {usage.output_tokens:,} out"
    return f"{words.count(usage.calls, 'call')}, {tokens}, {usage.seconds:,.0f} s, {usd(usage)}"


def usd(usage: Usage) -> str:
    """Say what calls cost."""
    if not usage.calls:
        return "0"
    return "cost unknown" if usage.cost_usd is None else f"{usage.cost_usd:,.4f} USD"


def copies_told(link: CopyLink | None, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Say what an article repeats, each article by its title."""
    if link is None:
        return ()
    told = []
    if copy := link.copy_of:
        # Down, since 100 % must mean all of it.
        alike = f"Near copy of “{titles.get(copy.sha256, copy.sha256[:12])}”, {int(100 * copy.similarity)} % alike"
        news = f"{words.count(copy.n_new_sentences, 'sentence')} new" if copy.n_new_sentences else "nothing new"
        told.append(f"{alike}, {news}.")
    if link.updates:
        told.append(f"Newer version of “{titles.get(link.updates, link.updates[:12])}”.")
    return tuple(visible(sentence) for sentence in told)


def _linked(link: CopyLink | None) -> Sequence[str]:
    if link is None:
        return ()
    return [sha256 for sha256 in (link.copy_of.sha256 if link.copy_of else None, link.updates) if sha256]


def _claims(article: ListedArticle) -> str:
    if not article.n_claims:
        return "no claims" if article.model else ""
    decided = [f"{n:,} {words.STATUS[status]}" for status, n in article.by_status.items() if n]
    return f"{words.count(article.n_claims, 'claim')}: {', '.join(decided)}"


def _reading(article: ListedArticle, titles: Mapping[str, str]) -> tuple[str, bool]:
    """Say how far the extraction of an article is, and whether that is a loss."""
    told = [sentence.rstrip(".") for sentence in copies_told(article.link, titles)]
    losses = []
    if article.n_lost_pieces:
        losses.append(f"{words.count(article.n_lost_pieces, 'piece')} lost")
    if article.n_failures:
        losses.append("failed and set aside" if article.is_set_aside else "failed")
    if article.n_suspected_misses:
        told.append(f"{words.count(article.n_suspected_misses, 'sentence')} perhaps missed")
    if article.model is None and not article.n_failures:
        is_left_out = article.link is not None and article.link.says_nothing_new
        told.append("not read again" if is_left_out else "not read yet")
    parts = [*losses, *told]
    return (" · ".join(parts), bool(losses))


def _first_waiting(article: Article, claims: Sequence[StoredClaim]) -> str | None:
    def place(stored: StoredClaim) -> int:
        spans = stored.claim.content.spans
        return spans[0].start_char if spans else len(article.text)

    waiting = [stored for stored in claims if stored.status is ClaimStatus.PENDING]
    return min(waiting, key=place).claim.id if waiting else None
