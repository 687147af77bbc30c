"""What a model is given, to leaves and declared names: quantities, opaque functions, names of functions.

``given: {x: (0, 1)}`` becomes the leaf ``x`` in the open unit interval, and the name ``x``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from grader.autodiff.graph import Leaf
from grader.expression.language.axis_sizes import written_size
from grader.expression.language.derived import DERIVED, DERIVED_SPELLINGS, SLOPES
from grader.expression.language.domain import REAL, Domain, parse_domain
from grader.expression.language.functions import FUNCTIONS, SPELLINGS
from grader.expression.language.names import Declared, Names
from grader.expression.language.words import FUNCTION_LETTERS
from grader.expression.printing.symbol_latex import symbol_latex
from grader.expression.reading.lexing.tokens import Unreadable
from grader.expression.reading.macros import defined_macros, put_in
from grader.expression.reading.read import plain_name
from grader.expression.reading.spelling.scripts import shape_of
from grader.problems import Problem, did_you_mean
from grader.rubric.fields import (
    Fields,
    RubricPlace,
    read_fields,
    read_items,
    read_pairs,
    read_text,
    read_texts,
    to_number,
)
from grader.rubric.tree import Entries, Items, Text, Tree, found

_NAME = re.compile(r"[^\W\d_]+\d*(?:_[^\W_]+)*'*")
_OPAQUE = re.compile(rf"({_NAME.pattern})\s*\(([^()]*)\)")
_ENDLESS = re.compile(r"[-+]?\s*\.?(?:inf|infinity|oo|∞|\\infty)", re.IGNORECASE)
_CALLED = re.compile(r"([A-Za-z][A-Za-z_]*)\}?\s*\(((?:[^()]|\([^()]*\))*)\)")
# These spell functions as well, and a model may take them for itself.
_FREE_SPELLINGS = frozenset({"sigma", "Phi", "phi", "psi", "Gamma"})


@dataclass(slots=True)
class DeclaredNames:
    """What is declared so far: names in order, the axes of each, and the line that took each spelling.

    `handed_down` are given quantities with the derivative that each is; `failed` are definitions with a mistake, `told`
    what was said of the formulas so far; `counted` has letters of their sums, `bounds` those of sums that end at a
    size, with it, `own` by the name of a definition the letters of its left side, `made_of` all that it is computed
    from, `written` the texts of the spellings,
    by the name and what it says.
    """

    sizes: list[str] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    names: list[Declared] = field(default_factory=list)
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    handed_down: list[tuple[str, Text, RubricPlace]] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    counted: frozenset[str] = frozenset()
    bounds: frozenset[tuple[str, str]] = frozenset()
    own: dict[str, tuple[str, ...]] = field(default_factory=dict)
    made_of: dict[str, frozenset[str]] = field(default_factory=dict)
    written: dict[tuple[str, str], Text] = field(default_factory=dict)


def declare(
    table: DeclaredNames, declared: Declared, key: Text, place: RubricPlace, fields: Fields = MappingProxyType({})
) -> bool:
    """Take a name and its spellings; notes what is no name, is taken, or is a function of the language."""
    name = declared.name
    listed = fields.get("aliases")
    given = (fields.get("latex"), *(listed.items if isinstance(listed, Items) else ()))
    table.written.update({(name, text.value.strip()): text.stripped() for text in given if isinstance(text, Text)})
    if not _NAME.fullmatch(name):
        return _no_name(table, declared, key, place)
    if name in SPELLINGS and name not in _FREE_SPELLINGS:
        place.note(key.line, f"'{name}' is a function of the language", "choose another name")
        return False
    if name in table.lines and not _given_back(table, name, key, place):
        return False
    table.names.append(declared)
    table.lines[name] = (name, key.line)
    for spelling in dict.fromkeys((*declared.aliases, declared.latex)):
        owner, line = table.lines.get(spelling, (name, 0))
        if owner != name:
            message = f"the spelling '{spelling}' is taken by '{owner}'{_of_line(line)}"
            place.note(table.written.get((name, spelling), key.line), message)
        elif spelling:
            table.lines[spelling] = (name, key.line)
    return True


def _of_line(line: int) -> str:
    """Where a name was taken; 0 is the model of a part that has letters of its own."""
    return f" on line {line}" if line else " of the model"


def _given_back(table: DeclaredNames, name: str, key: Text, place: RubricPlace) -> bool:
    """Note that a name is taken; whether it was a spelling, which is taken from its owner, so that nothing follows."""
    owner, line = table.lines[name]
    if owner == name:
        place.note(key.line, f"the name '{name}' is taken by '{owner}'{_of_line(line)}")
        return False
    at, other = next((k, one) for k, one in enumerate(table.names) if one.name == owner)
    what = "an alias" if name in other.aliases else "a spelling"
    place.note(key.line, f"the name '{name}' is {what} of '{owner}'{_of_line(line)}")
    aliases = tuple(text for text in other.aliases if text != name)
    table.names[at] = replace(other, aliases=aliases, latex="" if other.latex == name else other.latex)
    return True


def _no_name(table: DeclaredNames, declared: Declared, key: Text, place: RubricPlace) -> bool:
    """Note what is no name; what it spells is taken for one all the same, so that it is known further down."""
    plain = plain_name(declared.name)
    hint = "letters first, then digits, _ and ': yhat, w_1, z'; put LaTeX under the key 'latex'"
    if _NAME.fullmatch(plain) and plain not in table.lines and plain not in SPELLINGS:
        hint = f"write {plain}; LaTeX stands under the key 'latex'"
        table.names.append(replace(declared, name=plain))
        table.lines[plain] = (plain, key.line)
        table.axes[plain] = ("?",) * declared.rank
        table.failed.add(plain)
    place.note(key.line, f"'{declared.name}' is no name", hint)
    return False


def named(name: str, fields: Fields, rank: int, place: RubricPlace, role: str, arguments: str = "") -> Declared:
    """The name with the spellings that its section gives."""
    given = tuple(text.value for text in read_texts(fields, "arguments", place))
    aliases = tuple(text.value for text in read_texts(fields, "aliases", place))
    return Declared(
        name,
        rank,
        aliases=aliases,
        latex=read_text(fields, "latex", place, symbol_latex(name)),
        arguments=given or ((arguments,) if arguments else ()),
        role=role,
        called=any(shape.base in FUNCTION_LETTERS for text in aliases if (shape := shape_of(text))),
    )


def read_given(table: DeclaredNames, key: Text, tree: Tree, place: RubricPlace) -> None:
    """Take a given quantity; in place of its keys a domain alone, or nothing, may stand."""
    shorthand = not isinstance(tree, Entries) or _is_set(tree)
    fields = {} if shorthand else read_fields(tree, "given", place)
    blank = isinstance(tree, Text) and tree.value == ""
    if shorthand and not blank:
        domain = _domain(tree, place)
    else:
        domain = _domain(fields["domain"], place.key("domain")) if "domain" in fields else REAL
    if "index" in fields:
        domain = _index(table, fields, place)
    shape = read_shape(table, fields, place)
    value = None
    if "value" in fields:
        value, dims = _read_value(fields["value"], place.key("value"))
        if shape is None:
            shape = dims
        elif dims is not None and shape != dims:
            place.key("value").note(
                fields["value"].line,
                f"expected values of shape {shown(shape)}, found {shown(dims)}",
                "a quantity with a value has whole numbers in its shape",
            )
    axes = shape or ()
    if domain.kind in ("onehot", "simplex") and not axes:
        place.note(key.line, f"the domain '{domain.kind}' needs a shape", "its last axis holds one row")
    if domain.kind in ("symmetric", "positive definite") and (len(axes) != 2 or axes[0] != axes[1]):
        place.note(key.line, f"the domain '{domain.kind}' needs the shape of a square matrix", "as in shape: [n, n]")
    declared = replace(named(key.value, fields, len(axes), place, "quantity"), places_of=domain.size)
    if declare(table, declared, key, place, fields):
        table.axes[key.value] = axes
        table.leaves.append(Leaf(key.value, axes, domain, value))
        derivative = fields.get("derivative")
        if isinstance(derivative, Text):
            table.handed_down.append((key.value, derivative, place.key("derivative")))


def _index(table: DeclaredNames, fields: Fields, place: RubricPlace) -> Domain:
    """The domain of a place on an axis of a declared size."""
    size = read_text(fields, "index", place)
    written = written_size(size, table.sizes)
    if size and not (written and not written.startswith(("0", "-"))):
        message = f"expected a size symbol ({', '.join(table.sizes) or 'none declared'}) or a whole number"
        place.key("index").note(fields["index"].line, f"{message}, found '{size}'", did_you_mean(size, table.sizes))
        return REAL
    return Domain("index", size=written)


def read_opaque(table: DeclaredNames, key: Text, tree: Tree, place: RubricPlace) -> None:
    """Take an opaque function: ``f: {of: [w]}``, or with the arguments in the key, ``f(w): {}``."""
    call = _OPAQUE.fullmatch(key.value)
    blank = isinstance(tree, Text) and tree.value == ""
    fields = dict(read_fields(Entries((), tree.line) if blank and call else tree, "opaque", place))
    name = call[1] if call else key.value
    if call:
        words = (word.strip() for word in call[2].split(","))
        fields.setdefault("of", Items(tuple(Text(word, key.line) for word in words), key.line))
    elif "of" not in fields and isinstance(tree, Entries):
        place.note(key.line, "the key 'of' is missing", "name the given quantities it depends on, as in of: [w]")
    of = []
    leaves = [leaf.name for leaf in table.leaves]
    for word in read_texts(fields, "of", place):
        if word.value in leaves:
            of.append(word.value)
        else:
            message = f"expected names of given quantities, found '{word.value}'"
            place.key("of").note(word.line, message, did_you_mean(word.value, leaves))
    axes = read_shape(table, fields, place) or ()
    domain = _domain(fields["domain"], place.key("domain")) if "domain" in fields else REAL
    declared = named(name, fields, len(axes), place, "opaque", ", ".join(of))
    if declare(table, declared, Text(name, key.line), place, fields):
        table.axes[name] = axes
        table.leaves.append(Leaf(name, axes, domain, None, tuple(of)))


def read_macros(fields: Fields, place: RubricPlace) -> Names:
    """The macros of a handout, as names that stand for no quantity; notes what defines none, and circles."""
    text = read_text(fields, "macros", place)
    if not text:
        return ()
    macros, rest = defined_macros(text)
    inner, line = place.key("macros"), fields["macros"].line
    if rest.strip():
        message = f"expected lines of \\newcommand, found '{rest.strip().splitlines()[0][:40]}'"
        inner.note(line, message, r"as in \newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}")
    for name in macros:
        try:
            put_in(f"\\{name}", macros)
        except Unreadable:
            inner.note(line, f"the macro '\\{name}' never ends: it stands within itself")
            return ()
    return tuple(Declared(f"\\{name}", count, latex=body, role="macro") for name, (count, body) in macros.items())


def read_function(table: DeclaredNames, key: Text, tree: Tree, place: RubricPlace) -> None:
    """Take a name that answers use for a function of the language: ``g: tanh``."""
    callable_rows = [row.name for row in FUNCTIONS.values() if row.kind == "elementwise"]
    callable_rows += [name for name, row in DERIVED.items() if row.low == 1 and row.entrywise]
    fields = read_fields(tree, "function", place) if isinstance(tree, Entries) else {"function": tree}
    meant = fields.get("function", tree)
    text = meant.value if isinstance(meant, Text) else ""
    row = SPELLINGS.get(text) or DERIVED_SPELLINGS.get(text.lower(), "")
    if row not in callable_rows and "function" in fields:
        hint = did_you_mean(meant.value, callable_rows) if isinstance(meant, Text) else ""
        place.note(meant.line, f"expected the name of a function, found {found(meant)}", hint)
        row = "tanh"  # any, so that what uses it has no mistake of its own
    declare(table, replace(named(key.value, fields, 0, place, "function"), function=row), key, place, fields)


def take_slopes(table: DeclaredNames, formulas: Iterable[str]) -> None:
    """Take the slope of a leaky ReLU, where all formulas have one: answers may write ``LeakyReLU'(z)`` without it."""
    rows = dict(DERIVED_SPELLINGS) | {one.name: one.function for one in table.names if one.role == "function"}
    said: dict[str, set[str]] = {}
    for text in formulas:
        for call in _CALLED.finditer(text):
            row = rows.get(call[1], rows.get(call[1].lower().replace("_", ""), ""))
            if row in SLOPES:
                _, comma, slope = call[2].rpartition(",")
                said.setdefault(row, set()).add(slope.strip() if comma else SLOPES[row])
    known = {one.name for one in table.names}
    for row, slopes in said.items():
        slope = slopes.pop()
        if not slopes and (slope in known or re.fullmatch(r"\d*\.?\d+", slope)):
            table.names.append(Declared(f"{row}'", latex=slope, role="slope", function=row))


def read_sizes(table: DeclaredNames, fields: Fields, place: RubricPlace) -> None:
    """Take the size symbols: a list, or a mapping from each to its other spellings; the key `examples` names one."""
    inner = place.key("sizes")
    examples = read_text(fields, "examples", place)
    sizes: list[tuple[Text, tuple[str, ...]]] = []
    match fields.get("sizes"):
        case Entries() as tree:
            for key, spellings in read_pairs(tree, inner):
                blank = isinstance(spellings, Text) and spellings.value == ""
                others = () if blank else read_texts({key.value: spellings}, key.value, inner)
                sizes.append((key, tuple(text.value for text in others)))
        case _:
            sizes += [(text, ()) for text in read_texts(fields, "sizes", place)]
    for key, aliases in sizes:
        size = Declared(key.value, aliases=aliases, role="size", examples=key.value == examples)
        if declare(table, size, key, inner):
            table.sizes.append(key.value)
    if examples and examples not in table.sizes:
        message = f"expected a size symbol ({', '.join(table.sizes) or 'none declared'}), found '{examples}'"
        place.key("examples").note(fields["examples"].line, message, did_you_mean(examples, table.sizes))


def read_shape(table: DeclaredNames, fields: Fields, place: RubricPlace) -> tuple[str, ...] | None:
    """The axes that the key `shape` lists, "?" for what is none; None where there is no such key."""
    if "shape" not in fields:
        return None
    axes = []
    for item in read_items(fields, "shape", place):
        text = item.value if isinstance(item, Text) else ""
        size = written_size(text, table.sizes)
        if size and not size.startswith(("0", "-")):
            axes.append(size)
        else:
            axes.append("?")
            sizes = ", ".join(table.sizes) or "none declared"
            message = f"expected size symbols ({sizes}), whole numbers or sums of them, found {found(item)}"
            hint = "places count from 1: of -m..m write 2*m+1, and w_{j+m+1} for w_j" if ".." in text else ""
            place.key("shape").note(item.line, message, hint or did_you_mean(text, table.sizes))
    return tuple(axes)


def _is_set(tree: Tree) -> bool:
    """``{0, 1}`` without quotes, which YAML takes for a mapping."""
    return (
        isinstance(tree, Entries)
        and bool(tree.items)
        and all(value == Text("", value.line) and to_number(key) is not None for key, value in tree.items)
    )


def _domain(tree: Tree, place: RubricPlace) -> Domain:
    match tree:
        case Entries() if _is_set(tree):
            text = "{" + ", ".join(key.value for key, _ in tree.items) + "}"
        case Items(items=(Text(value=low), Text(value=high))):
            text = f"[{low}, {high}]"
        case Text(value=value) if value:
            text = value
        case _:
            place.note(tree.line, f"expected a domain, found {found(tree)}")
            return REAL
    match parse_domain(text):
        case Problem() as problem:
            place.note(tree.line, problem)
            return REAL
        case domain:
            return domain


def _read_value(tree: Tree, place: RubricPlace) -> tuple[object, tuple[str, ...] | None]:
    """A number or nested tuples of numbers, and their shape (None where it has none)."""
    if isinstance(tree, Items):
        read = [_read_value(item, place) for item in tree.items]
        shapes = {shape for _, shape in read}
        if None in shapes:
            return None, None
        if len(shapes) == 1:
            return tuple(value for value, _ in read), (str(len(read)), *(shapes.pop() or ()))
        place.note(tree.line, "expected rows of one length" if read else "expected numbers, found an empty list")
        return None, None
    value = to_number(tree)
    if value is None:
        endless = isinstance(tree, Text) and _ENDLESS.fullmatch(tree.value.strip())
        hint = "nothing is infinite here: write the case without it, as in 1 if k = K else sigmoid(theta_k - s)"
        place.note(tree.line, f"expected a number or lists of numbers, found {found(tree)}", hint if endless else "")
        return None, None
    return value, ()


def shown(shape: tuple[str, ...]) -> str:
    """A shape as an author writes it: ``[m, C]``."""
    return "[" + ", ".join(shape) + "]"
