"""Rubrics: the YAML that an author writes, read into the values of `model` or into Problems, all at once.

``parse_rubric("title: Losses\\nquestions: [...]", "losses.yaml")`` gives a `Rubric`.
"""
