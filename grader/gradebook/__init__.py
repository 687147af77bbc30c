"""The gradebook of one results folder: what was handed in, judged and decided, in one SQLite file."""
