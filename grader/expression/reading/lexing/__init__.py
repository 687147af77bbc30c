"""Text to tokens: one lexer for plain text, one for LaTeX."""
