"""A class folder becomes a folder of results: read, graded by several processes, and kept.

``grade_class(key, Path("submissions"), Path("report"))`` writes `results.json`, `grades.csv`, `index.html`
and `feedback/<student>.html`, and returns the ClassReport they were made from.
"""
