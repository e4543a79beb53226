"""The quality of claims as a language model judges it, after Ullrich, Mlynář and Drchal 2025 (arXiv 2502.04955).

The paper measures by models made for it (relation extraction, grammar correction, decontextualisation,
entailment). Here one general model answers yes or no, and how often labels say the same stands beside its word.
"""
