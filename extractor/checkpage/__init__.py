"""Fact-checks as pages for readers: one each and an index, which need nothing else and load nothing."""

from extractor.checkpage.render import IndexEntry, check_page, index_page

__all__ = ["IndexEntry", "check_page", "index_page"]
