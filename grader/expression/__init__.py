"""The language of the house, in wings: `language` below, then `algebra`, `printing` and `evaluation`, `reading` on top."""
