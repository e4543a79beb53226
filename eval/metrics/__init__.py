"""Metrics: pure, unrounded; a figure without cases is None."""
