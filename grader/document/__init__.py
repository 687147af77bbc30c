"""Written documents: LaTeX, Markdown, notebooks, text -> blocks in order, with their labels and places -> chains."""
