r"""Where a parse stands: tokens, place, what surrounds the place, and what was noticed on the way.

In ``|a| \frac{x}{2}`` with `pos` at the ``x``: ``p.kinds[p.pos]`` is "name", `depth` is 1, no bar is open, and
``p.scan(p.pos)`` is the name that begins there.
"""

from __future__ import annotations

from typing import NoReturn, Self

from grader.expression.language.nodes import Reduce
from grader.expression.reading.lexing.linking import Linked
from grader.expression.reading.lexing.tokens import MAX_DEPTH, Token, fail, span_of
from grader.expression.reading.spelling.scripts import Shape, raw_script, scan
from grader.expression.reading.spelling.spelled import Spellings
from grader.problems import Problem, Span


class Cursor:
    """The state of one parse; what surrounds the place changes by ``with p.nested(...)`` and its fellows only.

    The cursor is its own context manager, with a stack of what it restores: a generator would cost a microsecond each.
    """

    __slots__ = (
        *("tokens", "kinds", "present", "match", "pos", "table", "bound", "free", "pairs", "notes", "problems"),
        *("depth", "inner", "bars", "commas", "in_partial", "outside"),  # what surrounds the place
        *("defined", "renamed", "used", "ranges", "retries", "runs_cut", "scanned"),  # what was met so far
    )

    def __init__(self, linked: Linked, table: Spellings | None) -> None:
        self.tokens = linked.tokens
        self.kinds = linked.kinds
        self.present = linked.present
        self.match = linked.match  # closing by opening bracket
        self.pos = 0
        self.table = table  # the declared names, None where any name is itself
        self.bound: frozenset[str] = frozenset()  # letters that a sum of the text binds
        self.free: frozenset[str] = frozenset()  # indices that the text or what is asked for leaves free
        self.pairs: frozenset[int] = frozenset()  # where a letter stands that binds the one behind it: \sum_{i<j}
        self.notes = linked.notes
        self.problems: list[Problem] = []
        self.depth = 0
        self.inner = 0  # brackets and branches around this place: '=' compares there
        self.bars = 0  # how many |...| are open here
        self.commas = True  # a comma between digits may be a decimal comma
        self.in_partial = False  # inside of a derivative, where L(w) is L
        self.outside: list[tuple[int, int, int, bool, bool]] = []
        self.defined: dict[str, str] = {}  # names that the text itself defines, by display
        self.renamed: dict[str, tuple[str, Token]] = {}  # look-alikes that were taken for a declared name
        self.used: set[str] = set()
        self.ranges: dict[str, list[Reduce]] = {}  # sums by the undeclared letter that is their last index
        self.retries = 0  # how often two bars were tried as a norm
        self.runs_cut = 0
        self.scanned: dict[int, Shape | None] = {}  # names by the token they begin at

    # --- the place ---------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The token ahead."""
        return self.tokens[self.pos]

    def span(self, start: int) -> Span:
        """From token `start` to the token just read."""
        last = self.pos - 1
        return span_of(self.tokens[start][2], self.tokens[last if last > start else start][3])

    def touches(self) -> bool:
        """Whether nothing stands between the token just read and the token ahead."""
        return self.tokens[self.pos - 1].end == self.token.start

    def note(self, text: str) -> None:
        """Keep a note once."""
        if text not in self.notes:
            self.notes.append(text)

    # --- names and scripts ---------------------------------------------------------------------------------------

    def scan(self, at: int) -> Shape | None:
        """The name with its scripts that begins at token `at`, read once; None where none does."""
        if at not in self.scanned:
            shape = scan(self.tokens, self.match, at, None, self.is_layer)
            self.scanned[at] = shape if shape is None else self._with_index(shape)
        return self.scanned[at]

    def _with_index(self, shape: Shape) -> Shape:
        """``alpha_2k`` with the index k of an array alpha_2; ``w_2x`` is a product, as long as x counts nothing.

        A declared ``W_2new`` is that name.
        """
        token = self.tokens[shape.end]
        if self.table is None or not shape.below.isdigit() or token.kind not in ("name", "word"):
            return shape
        longer = shape._replace(below=shape.below + token.text, end=shape.end + 1)
        if self.tokens[shape.end - 1].end == token.start and self.is_spelled(longer):
            return longer
        if len(token.text) != 1:
            return shape
        counts = token.text in self.bound or token.text in self.free
        if not counts or self.tokens[shape.end - 1].end != token.start:
            return shape
        below = shape.below + token.text
        found = None if self.declared(token.text) else self.table.find(shape.base, shape.above, below, shape.primes)
        if found is None or found.below != token.text or found.declared.rank != 1:
            return shape
        return shape._replace(below=below, end=shape.end + 1)

    def is_spelled(self, shape: Shape) -> bool:
        """Whether a name is declared as it is written, with letters behind the number below it: ``W_2new``."""
        mixed = bool(shape.below[:1].isdigit() and shape.below[-1:].isalpha()) and not (shape.above or shape.primes)
        return mixed and self.table is not None and f"{shape.base}_{shape.below}" in self.table.exact

    def is_layer(self, base: str, above: str) -> bool:
        """Whether a superscript without braces is a layer's, the 3 of ``a^3``, where no a is declared, or an index."""
        if self.table is None or base in self.defined:
            return False
        inner = above.strip("()")
        # z^1 beside a declared Z^1: what is left of it is read as its look-alike
        known = (base,) if self.table.knows(base) else (base, base.swapcase())
        if any((one, inner) in self.table.raised for one in known):
            return True
        return self._counts(base, inner) if inner != above else self._is_lifted(base, above)

    def _is_lifted(self, base: str, above: str) -> bool:
        """Whether a letter above a name is an index without brackets, as an alias of the author has it."""
        counts = len(above) == 1 and above in self.bound | self.free and not self.declared(above)
        return counts and self.table is not None and base in self.table.lifted

    def _counts(self, base: str, letter: str) -> bool:
        """Whether a letter in brackets above an array is an index: by an alias, or by a sum or what is asked for."""
        if len(letter) != 1 or not letter.isalpha() or self.table is None or self.declared(letter):
            return False
        found = self.table.find(base, "", "", 0)
        counted = (base, 0) in self.table.above or letter in self.bound | self.free
        return counted and found is not None and found.declared.rank > 0

    def script(self, at: int) -> tuple[str, int]:
        """The argument of ``_`` or ``^`` that begins at token `at` as text, and the token behind it."""
        return raw_script(self.tokens, self.match, at)

    def replace(self, at: int, token: Token) -> None:
        """Put another token in the place of one; a name that was scanned may hold the old one."""
        self.tokens[at] = token
        self.kinds[at] = token.kind
        self.scanned.clear()

    def declared(self, name: str) -> bool:
        """Whether the model, or the text itself, declares a bare name."""
        return name in self.defined or (self.table is not None and self.table.knows(name))

    def declared_quantity(self, name: str) -> bool:
        """Whether a bare name is declared, and not for a derivative."""
        return self.declared(name) and (self.table is None or not self.table.is_adjoint(name))

    # --- what surrounds the place ----------------------------------------------------------------------------------

    def deeper(self) -> Self:
        """One level down."""
        depth = self.depth
        if depth >= MAX_DEPTH:
            self._refuse_depth()
        self.outside.append((depth, self.inner, self.bars, self.commas, self.in_partial))
        self.depth = depth + 1
        return self

    def nested(self, commas: bool) -> Self:
        """Inside of brackets: bars begin anew, '=' compares, and `commas` says whether one may be a decimal comma."""
        depth, inner = self.depth, self.inner
        if depth >= MAX_DEPTH:
            self._refuse_depth()
        self.outside.append((depth, inner, self.bars, self.commas, self.in_partial))
        self.depth, self.inner, self.bars, self.commas = depth + 1, inner + 1, 0, commas
        return self

    def barred(self) -> Self:
        """Between bars: the next bar closes them."""
        self.deeper()
        self.bars += 1
        return self

    def compared(self, commas: bool) -> Self:
        """Among branches or under a sum: '=' compares, on the same level."""
        self.outside.append((self.depth, self.inner, self.bars, self.commas, self.in_partial))
        self.inner += 1
        self.commas = commas
        return self

    def differentiated(self, grouped: bool) -> Self:
        """Inside of a derivative; `grouped` where braces hold what is differentiated."""
        self.outside.append((self.depth, self.inner, self.bars, self.commas, self.in_partial))
        self.in_partial = True
        if grouped:
            self.inner += 1
            self.bars = 0
        return self

    def chained(self) -> Self:
        """In the value of a branch: ``= 1`` goes on with a chain there, whatever is around it."""
        self.outside.append((self.depth, self.inner, self.bars, self.commas, self.in_partial))
        self.inner = 0
        return self

    def _refuse_depth(self) -> NoReturn:
        fail("this is nested too deep", f"at most {MAX_DEPTH} levels", self.token.start, self.token.end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.depth, self.inner, self.bars, self.commas, self.in_partial = self.outside.pop()
