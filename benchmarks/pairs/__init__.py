"""Pairs of formulas with labels from an independent oracle -> how often `grader compare --batch` is right.

Nothing here but `score` touches grader: `terms` evaluates with mpmath, `spell` writes by rules of its own.
"""
