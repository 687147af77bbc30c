"""Answers in Python, as NumPy and PyTorch have it: parsed by Python itself, then told in the one language."""
