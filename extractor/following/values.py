"""What following is asked for, and what it tells."""

from datetime import datetime

from extractor.ingest.fetch import Validators
from extractor.schema import ArticleMetadata, CopyLink, Value


class FollowOptions(Value):
    """How much is read in one round."""

    limit: int
    """New pages or files of a source; the rest comes in the next round."""
    since: datetime | None = None
    """Pages of which their source says that they are older are left out; aware."""
    only_due: bool = True
    """What failed waits until it is due."""


class Came(Value):
    """An article came in, or came again."""

    article_sha256: str
    title: str
    origin: str
    is_new: bool
    link: CopyLink | None = None
    """What a new one repeats."""


class Failed(Value):
    """A page, file, feed or sitemap could not be read."""

    address: str
    reason: str
    again_at: datetime | None = None
    """When it is tried again, where that is not the next round; aware, UTC."""
    is_given_up: bool = False
    """It is not tried again unless its source says that it has changed."""


class Told(Value):
    """Something that a person should know of a source, and no failure."""

    source: str
    note: str


Event = Came | Failed | Told


class Item(Value):
    """A page or file that is to be read."""

    address: str
    """A URL or a path."""
    version: str
    known: ArticleMetadata = ArticleMetadata()
    """What its source says of it."""
    validators: Validators = Validators()
    n_failures: int = 0
    """In a row, so far."""
