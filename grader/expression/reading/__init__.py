"""Text to expressions: `lexing` makes tokens, `spelling` finds names, `grammar` builds the tree, `read` tells it."""
