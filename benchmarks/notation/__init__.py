"""Every rubric's key in the notations of students, with slips and tricks -> what the grader makes of each notation.

`hand` writes formulas by rules of its own, `writers` is the table of notations, `slips` that of mistakes; the labels
come from `benchmarks.byhand`. ``python -m benchmarks.notation`` prints the table.
"""
