"""Exports of learning platforms in, their gradebooks out: Canvas, Moodle, Gradescope, GitHub Classroom.

``recognised(names, read)`` is the Export that files come from; ``filled(table, grades)`` the platform's own gradebook
with the points in it. Pure: the caller reads and writes the files.
"""
