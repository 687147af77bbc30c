"""Rubric -> AnswerKey: the reference solver.

``solving.solve(rubric)`` is the front door. Nothing is imported here, so that who only needs the values of a key, or
compares two formulas, does not pay for solving.
"""
