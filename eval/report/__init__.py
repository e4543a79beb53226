"""Reports of a score: the only place where figures are rounded."""
