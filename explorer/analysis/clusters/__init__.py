"""Clusters of a run's items: found, described, named by their words, edited and judged."""
