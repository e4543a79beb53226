"""News article in, attributed and grounded claims out: the pipeline, the store, the command line."""
