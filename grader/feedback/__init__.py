"""Grade reports -> what people and programs read, as text; writing files is `batch`'s work.

`pages` makes HTML, `tables` JSON and CSV, `junit` and `github` what CI systems read. One example:
``pages.student_page(report, rubric)`` is a whole feedback page. Nothing is imported here, so that a caller
who needs no page doesn't load the templates' engine.
"""
