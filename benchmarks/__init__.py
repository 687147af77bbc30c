"""Measurements of what the documents promise; ``make bench`` prints them as one table."""
