"""An expression or a value against a target -> Verdict, always with its evidence."""

from grader.comparison.free import equivalent

__all__ = ["equivalent"]
