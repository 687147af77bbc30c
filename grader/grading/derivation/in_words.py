"""The text under a part's label -> what of it the student says, where it holds no formula that answers the part.

``Derive dL/dw. (4 points)`` is the question again, and nothing; ``It vanishes at all points`` is an answer in words. By
its place and by what it repeats of the rubric, not by single words; what is in doubt is the student's, for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.rubric.shown import Asked

# where a handout leaves room
_ANSWER = re.compile(
    r"(?:^|\n)[\s*_#>]*(?:\\(?:noindent|par|textbf|textit|emph)\b[\s{]*)*"
    r"(?:(?:my|your)\s+)?(?:answer|solution|antwort|lösung)[\s*_}]*(?::[\s*_}]*|(?=\n|\Z))"
    r"|\\begin\{(?:answer|solution|sol|proof)\}|\\(?:answer|solution)\b",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"[(\[]\s*\d{1,3}(?:[.,]\d{1,2})?\s*(?:points?|pts?|marks?|credits?|punkte?|p)\.?\s*[)\]]|\\(?:points|marks)\{[^{}]*\}",
    re.IGNORECASE,
)
ORDER = re.compile(
    r"\W*(?:please\s+)?(?:derive|compute|calculate|find|show|determine|give|state|work\s+out|bestimme\w*|berechne\w*|leite\w*|zeige\w*)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s|$)|(?=\n\s*\n)|\Z)", re.DOTALL)
_FORMULA = re.compile(r"\$\$?[^$]{0,2000}\$\$?|\\\[.{0,2000}?\\\]|\\\(.{0,2000}?\\\)", re.DOTALL)
_LAYOUT = re.compile(
    r"<!--.*?-->|(?<!\\)%[^\n]*|\\(?:begin|end|vspace|hspace|label|answer)\*?(?:\[[^\]]*\])?\{[^{}]*\}|\\[A-Za-z]+\*?",
    re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_ALIKE = 0.5  # of a sentence's words are the rubric's, or of a prompt's the sentence's
_RELATED = re.compile(r"=\s*[^\s$\\\]]|=\s*\\[a-zA-Z]")


def own_words(text: str, asked: Asked, question: str) -> str:
    """What a student says in a text under a part's label, as typed; `question` is the rubric's text above its parts."""
    answer = list(_ANSWER.finditer(text))
    begin = answer[-1].end() if answer else 0
    prompt = _words(asked.prompt)
    known = prompt | _words(f"{question} {asked.question_title} {asked.label} {asked.target_text}")
    for start, sentence in _sentences(text[begin:]):
        if not _is_questions(sentence, prompt, known):
            return text[begin + start :].strip()
    return ""


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    return ((found.start(), found[0]) for found in _SENTENCE.finditer(text))


def _is_questions(sentence: str, prompt: frozenset[str], known: frozenset[str]) -> bool:
    """Whether a sentence is the question again, or says nothing."""
    said = _words(_MARKS.sub(" ", sentence))
    if not said:
        # 0.5744 alone, or x y, is an answer
        bare = _LAYOUT.sub(" ", _FORMULA.sub(" ", _MARKS.sub(" ", sentence)))
        return not (re.search(r"\w", bare) or any(_RELATED.search(one[0]) for one in _FORMULA.finditer(sentence)))
    share = len(said & known) / len(said)
    if _MARKS.search(sentence) or ORDER.match(sentence):
        return share >= _ALIKE
    return share == 1 and len(said & prompt) >= _ALIKE * len(prompt)


def _words(text: str) -> frozenset[str]:
    plain = _LAYOUT.sub(" ", _FORMULA.sub(" ", text))
    return frozenset(word.casefold() for word in _WORD.findall(plain))
