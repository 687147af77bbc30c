"""An expression or a value against a target -> Verdict, always with its evidence."""

from grader.comparison.two_formulas import equivalent

__all__ = ["equivalent"]
