"""Expression to text, LaTeX and MathML."""
