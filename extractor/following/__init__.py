"""Following feeds, sitemaps and folders: what they name that is new is read, and remembered in the database."""

from extractor.following.rounds import Follower, check_source
from extractor.following.values import Came, Event, Failed, FollowOptions, Told

__all__ = ["Came", "Event", "Failed", "FollowOptions", "Follower", "Told", "check_source"]
