"""Pieces of a page that show text from elsewhere; every one of them escapes it."""
