"""The language of the house in wings: `language`, `algebra` on it, `printing` and `evaluation`, `reading` on top."""
