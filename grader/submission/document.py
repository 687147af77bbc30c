"""One student's document (Markdown, LaTeX, text, notebook) -> the text under each part's label.

``## 1a`` with ``$\\sigma(x)(1-\\sigma(x))$`` below it is the answer to part 1a, as typed, at its line.
`lines` has the formats; here headings and labels (`labels`) assign lines to parts. Text under no label is
a Problem. In a notebook, an answer's line is 0 and its column the number of its cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.problems import Problem, did_you_mean
from grader.submission.decode import clean_name, shown
from grader.submission.labels import PartNames, label_at, question_at, unknown_at, unknown_part
from grader.submission.lines import Line, read_source, said_to_be_ocr
from grader.submission.submissions import Answer, Submission

_SECTIONS = {
    "part": 0,
    "chapter": 0,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 5,
}
_HASHES = re.compile(r"\s{0,3}(#{1,6})\s*(?=\S)")
_SECTION = re.compile(r"\s*\\(" + "|".join(_SECTIONS) + r")\*?\s*\{")
_BOLD = re.compile(r"\s*(?:[-*+]\s+)?(?:(\*{1,3}|_{1,3})(?=\S)|\\(?:textbf|textit|emph|underline)\s*\{)")
_ITEM = re.compile(r"\s*(?:\\item\s*(?:\[([^\]]{0,80})\])?|[-*+](?=\s))\s*")
_TOLD = re.compile(r"\s*%+\s*part\s*:\s*", re.IGNORECASE)
_FORMULA = re.compile(r"[=$^*\\+|]|\w\(\w|\w/\w")
_DISPLAY = re.compile(
    r"\$\$|(?<!\\)\\\[|(?<!\\)\\\]"
    r"|\\(?:begin|end)\{(?:equation|align|gather|multline|eqnarray|displaymath|split|cases|array|[a-zA-Z]?matrix)"
    r"[a-z]*\*?\}"
)
_LABEL_BEGINS = re.compile(r"[\s(\[]*[^\W_]")
_CODE_COMMENT = re.compile(r"\s*#+\s*")
_CLOSED = (False, 0)
BOLD_LEVEL, LINE_LEVEL = 7, 8


@dataclass(slots=True)
class Block:
    """The lines under one label as they are collected; `part` is "" under no label, None under an unknown one.

    `cell` is the cell of code that holds the label, 0 for a label in text.
    """

    part: str | None
    level: int
    title: Line | None = None
    lines: list[Line] = field(default_factory=list)
    cell: int = 0


def read_document(
    text: str, file: str, names: PartNames, student: str, part: str = "", ocr: bool | None = None
) -> Submission:
    """The answers of one document by its labels; `part` is where text before the first label belongs.

    `ocr` marks text from OCR, unless front matter says what it is (``source: ocr``, ``ocr: true``, ``source: typed``).
    Front matter may also give the name.
    """
    found, said = read_labelled(text, file, names, student, part, ocr)
    return replace(found, problems=(*found.problems, *said))


def read_labelled(
    text: str, file: str, names: PartNames, student: str, part: str = "", ocr: bool | None = None
) -> tuple[Submission, tuple[Problem, ...]]:
    """What `read_document` gives, with what is said of its labels, and of text beside answers, apart."""
    source = read_source(text, file)
    problems = [problem.at(file) for problem in source.problems]
    if not any(line.text.strip() for line in source.lines):
        problems.append(Problem("the document is empty", file=file))
    blocks, unknown = _blocks(source.lines, names, part)
    of_labels = [problem.at(file) for problem in unknown]
    if len(names.ids) == 1 and not any(block.part for block in blocks) and not unknown:
        # one part is asked and no label set: the text is its answer
        blocks = [Block(names.ids[0], 0, None, [line for block in blocks for line in block.lines])]
    answers: list[Answer] = []
    for block in blocks:
        if block.part:
            if block.part in names.by_hand:
                answer = _prose(block, block.part, file, names.by_hand[block.part])
            else:
                answer, said = _answer(block, block.part, file, source.macros)
                of_labels += said
            answers += [answer] if answer else []
    of_labels += _unassigned(blocks, file)
    told = source.front.get("student", "").strip()
    if told and told != student:
        hint = did_you_mean(told, [student]) or "the file's or folder's name says whose it is"
        problems.append(Problem(f"the front matter names {shown(told)}, the path {shown(student)}", hint, file, 1))
    name, odd = clean_name(source.front.get("name", ""))
    if odd:
        problems.append(Problem("invisible characters in the student's name were left out", "", file, 1))
    said_so = said_to_be_ocr(source.front)
    scan = bool(ocr if said_so is None else said_so)
    return Submission(student, name, file, tuple(answers), tuple(problems), scan), tuple(of_labels)


def _blocks(lines: tuple[Line, ...], names: PartNames, part: str) -> tuple[list[Block], list[Problem]]:
    """The document cut at its labels, and a Problem for each label of no part."""
    blocks = [Block(part, 0)]
    problems: list[Problem] = []
    context, context_level, display = "", 0, _CLOSED
    for line in lines:
        if line.code:
            _collect_code(blocks, line, names, context)
            continue
        if not line.text or line.text.isspace():
            blocks[-1].lines.append(line)
            display = _CLOSED  # no display holds a blank line: one that was never closed ends here
            continue
        label, level, after, offset = _heading(line.text)
        heading = level < LINE_LEVEL
        inside = display != _CLOSED and level >= BOLD_LEVEL
        found, question, odd = (None, None, None) if inside else _labelled(names, label, level, after, context)
        if found:
            part, end = found
            opened = re.search(r"(\d+)\W+[^\W\d_]", label[:end])
            if opened:  # "2) a" opens question 2 as well
                context, context_level = opened[1], level
            rest = label[end:]
            title = _moved(line, rest, offset + end) if heading and rest.strip() else None
            kept = after if heading else rest
            blocks.append(Block(part, level, title, [_moved(line, kept, len(line.text) - len(kept))]))
            display = _display(kept, _CLOSED)
        elif question:
            context, context_level = question, level
            blocks.append(Block("", level))
        elif odd:
            problems.append(unknown_part(names, odd).at("", line.line, 0 if line.line else line.column))
            blocks.append(Block(None, level))
        elif level < BOLD_LEVEL and not (blocks[-1].part in names.by_hand and level > blocks[-1].level):
            if level <= context_level:
                context = ""
            if level <= blocks[-1].level:
                blocks.append(Block("", level))
            if _FORMULA.search(label):
                blocks[-1].lines.append(_moved(line, label, offset))
        else:
            blocks[-1].lines.append(line)
            display = _display(line.text, display)
    return blocks, problems


def _labelled(
    names: PartNames, label: str, level: int, after: str, context: str
) -> tuple[tuple[str, int] | None, str | None, str | None]:
    """The part that a line opens and where its label ends; else the question; else the label of no part."""
    heading = level < LINE_LEVEL
    if not heading and not _LABEL_BEGINS.match(label):
        return None, None, None
    found = label_at(names, label, context, heading)
    question = None if found or after.strip() else question_at(names, label, heading)
    odd = None if found or question else unknown_at(label, level < BOLD_LEVEL)
    return found, question, odd


def _moved(line: Line, text: str, by: int) -> Line:
    """The piece `text` of a line, `by` characters into it."""
    return Line(text, line.line, line.column + by if line.line else line.column)


def _collect_code(blocks: list[Block], line: Line, names: PartNames, context: str) -> None:
    """A line of code joins its block; in a notebook's cell a comment such as ``# 1a`` opens one."""
    if line.line == 0:
        comment = _CODE_COMMENT.match(line.text)
        found = label_at(names, line.text[comment.end() :], context, True) if comment else None
        if comment and found:
            rest = line.text[comment.end() + found[1] :]
            blocks.append(Block(found[0], LINE_LEVEL, None, [Line(rest, 0, line.column, True)], line.column))
            return
        if comment and blocks[-1].part not in names.by_hand:
            return
        if blocks[-1].cell not in {0, line.column} and line.text.strip():
            blocks.append(Block("", LINE_LEVEL))
    blocks[-1].lines.append(line)


def _heading(text: str) -> tuple[str, int, str, int]:
    """(what may be a label, its level, the text behind the heading, where the label starts in `text`)."""
    start = len(text) - len(text.lstrip())
    match text[start : start + 1]:
        case "%":
            told = _TOLD.match(text)
            if told:
                return text[told.end() :].strip(), 1, "", told.end()
        case "#":
            hashes = _HASHES.match(text)
            if hashes:
                return text[hashes.end() :].rstrip().rstrip("#").rstrip(), len(hashes[1]), "", hashes.end()
        case "\\" | "*" | "_" | "-" | "+":
            section, item, bold = _SECTION.match(text), _ITEM.match(text), _BOLD.match(text)
            if section:
                end = _closing(text, section.end())
                return text[section.end() : end], _SECTIONS[section[1]], text[end + 1 :], section.end()
            if item and item[1]:
                return item[1], BOLD_LEVEL, text[item.end() :], item.start(1)
            end = -1 if not bold else text.find(bold[1], bold.end()) if bold[1] else _closing(text, bold.end())
            if bold and end > 0:
                label, behind = text[bold.end() : end], text[end + len(bold[1] or "}") :]
                closed = re.match(r"\s*[:.)](?=\s|$)", behind)
                # "*w1* is the weight" is a sentence, "**1a** x" a label
                if closed or not behind.strip() or label.rstrip()[-1:] in ":.)" or label.lstrip(" (")[:1].isdigit():
                    return label, BOLD_LEVEL, behind[closed.end() :] if closed else behind, bold.end()
            start = item.end() if item else start
    return text[start:], LINE_LEVEL, "", start


def _closing(text: str, at: int) -> int:
    """Where the brace that was opened just before `at` closes; the end of the line where it does not."""
    depth = 1
    for place in range(at, min(len(text), at + 500)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)


def _display(text: str, state: tuple[bool, int]) -> tuple[bool, int]:
    """What displayed mathematics is open after this line: by ``$$``, and by how many environments."""
    if "$$" not in text and "\\" not in text:
        return state
    dollars, depth = state
    for mark in _DISPLAY.finditer(text):
        if mark[0] == "$$":
            dollars = not dollars
        else:
            depth = max(0, depth + (1 if mark[0] == r"\[" or mark[0].startswith(r"\begin") else -1))
    return dollars, depth


def _answer(block: Block, part: str, file: str, macros: Mapping[str, str]) -> tuple[Answer | None, list[Problem]]:
    """The text of a block: its lines, or its code if it has nothing else, below a title that is maths."""
    problems: list[Problem] = []
    kept = [line for line in block.lines if not line.code]
    code = [line for line in block.lines if line.code]
    if any(line.text.strip() for line in code):
        if any(_FORMULA.search(line.text) for line in kept):
            first = next(line for line in code if line.text.strip())
            problem = Problem("a block of code beside the answer was not read", "", file, first.line)
            problems.append(problem.at("", 0, 0 if first.line else first.column, f"part {part}"))
        else:
            kept = code
    while kept and not kept[0].text.strip():
        kept = kept[1:]
    if block.title and ("=" in block.title.text or (not kept and _FORMULA.search(block.title.text))):
        kept = [block.title, *kept]
    if not kept:
        return None, problems
    text = "\n".join(line.text.rstrip() for line in kept).strip()
    if text.startswith("`") and text.endswith("`") and text.count("`") == 2:
        text = text[1:-1].strip()
    first = kept[0]
    column = first.column + len(first.text) - len(first.text.lstrip()) + 1 if first.line else first.column
    return Answer(part, _with_macros(text, macros), file, first.line, column), problems


def _prose(block: Block, part: str, file: str, prompt: str) -> Answer | None:
    """All text of a block, for a person: its title too, unless that is the question again."""
    kept = [line for line in block.lines if line.text.strip()]
    title = block.title
    if title and _words(title.text) and _words(title.text) != _words(prompt):
        text = title.text.lstrip(" \t:.)-–—")
        first = _moved(title, text, len(title.text) - len(text))
    elif kept:
        first, title = kept[0], None
    else:
        return None
    if title:
        own = block.lines[0].text.strip()  # what is left of the label's line
        lines = [first, *([Line(own, first.line)] if own else []), *block.lines[1:]]
    else:
        lines = block.lines
    text = "\n".join(line.text.rstrip() for line in lines).strip()
    column = first.column + len(first.text) - len(first.text.lstrip()) + 1 if first.line else first.column
    return Answer(part, text, file, first.line, column)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _with_macros(text: str, macros: Mapping[str, str]) -> str:
    """The text below the author's own macros that it uses, directly or through another."""
    used: dict[str, str] = {}
    pending = [text] if macros else []
    while pending:
        for command in re.findall(r"\\[A-Za-z]+", pending.pop()):
            if command in macros and command not in used:
                used[command] = macros[command]
                pending.append(macros[command])
    lines = [definition for name, definition in macros.items() if name in used]
    return "\n".join([*lines, text])


def _unassigned(blocks: list[Block], file: str) -> list[Problem]:
    """One Problem for all text under no part's label."""
    lost = [line for block in blocks if block.part == "" for line in block.lines if line.text.strip()]
    if not lost:
        return []
    many = f"{len(lost)} lines under no part's label were" if len(lost) > 1 else "a line under no part's label was"
    hint = "write the part above its answer, for example '## 1a' or '1a:'"
    problem = Problem(f"{many} not read: {shown(lost[0].text)}", hint)
    return [problem.at(file, lost[0].line, 0 if lost[0].line else lost[0].column)]
