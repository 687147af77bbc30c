"""PrairieLearn's external grader: /grade/data/data.json in, /grade/results/results.json out.

The answers' names in question.html are the parts of rubric.yaml beside this file. What can't be read costs no attempt:
the submission is then not gradable, and says why.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import grader


def graded(rubric: Path, submitted: dict[str, str]) -> dict[str, object]:
    """The results as PrairieLearn takes them, of the parts that the question asks for."""
    loaded = grader.load_rubric(rubric)
    previews = {part: grader.preview(loaded, part, text) for part, text in submitted.items() if text.strip()}
    errors = [
        f"{part}: {problem.message}" + (f" ({problem.hint})" if problem.hint else "")
        for part, shown in previews.items()
        for problem in shown.problems
    ]
    if errors:
        return {"gradable": False, "format_errors": errors}
    answers = tuple(grader.Answer(part, text) for part, text in submitted.items())
    report = grader.grade(grader.solve(loaded), grader.Submission("student", answers=answers))
    parts = [one for one in report.parts if one.asked.part in submitted]
    most = sum(one.asked.max_score for one in parts)
    waits = any(one.review for one in parts)
    return {
        "gradable": True,
        "score": sum(one.score for one in parts) / most if most else 0.0,
        "message": "A person looks at this before the score is final." if waits else "",
        "tests": [
            {
                "name": one.asked.part,
                "description": one.asked.prompt,
                "points": one.score,
                "max_points": one.asked.max_score,
                "message": " ".join(filter(None, (one.message, one.diagnosis.message if one.diagnosis else ""))),
                "output": f"read as {one.answer.read_as}" if one.answer else "",
            }
            for one in parts
        ],
    }


def main(folder: Path) -> None:
    """Grade the job that lies in a folder, which is /grade in PrairieLearn's container."""
    data = json.loads((folder / "data" / "data.json").read_text("utf-8"))
    submitted = {part: text for part, text in data["submitted_answers"].items() if isinstance(text, str)}
    (folder / "results").mkdir(exist_ok=True)
    results = graded(folder / "tests" / "rubric.yaml", submitted)
    (folder / "results" / "results.json").write_text(json.dumps(results), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/grade"))
