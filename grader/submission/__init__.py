"""What students handed in: bytes of CSV, JSON, Markdown, LaTeX, text and notebooks -> answers by part.

``read_files([("class.csv", b"student,1a\\nana,2x\\n")], ("1a",))`` is one Submission with one Answer.
"""
