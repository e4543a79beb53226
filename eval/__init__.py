"""Score any extractor against hand-labelled articles, offline."""
