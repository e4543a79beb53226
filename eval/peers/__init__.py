"""Rivals on the same articles: what they are asked, and how their answers become claims of ours."""
