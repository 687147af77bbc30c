"""What is said of a predicted mistake: by the catalogue (`MalRule`), and by a rubric that prices it (`MalRuleSetting`).

``malrules: {missing_factor: {points: 1}}`` in a rubric gives one point for a chain rule with one factor left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """The stable names of the mistakes, as notes and rubrics spell them."""

    SIGN = "sign"
    FACTOR_TWO = "factor_two"
    MISSING_MEAN = "missing_mean"
    MEAN_FOR_SUM = "mean_for_sum"
    MISSING_CONDITION = "missing_condition"
    ACTIVATION_FOR_DERIVATIVE = "activation_for_derivative"
    DERIVATIVE_FOR_VALUE = "derivative_for_value"
    MISSING_FACTOR = "missing_factor"
    TANH_FOR_SIGMOID = "tanh_for_sigmoid"
    WRONG_ARGUMENT = "wrong_argument"
    MISSING_FUNCTION = "missing_function"
    WRONG_ACTIVATION = "wrong_activation"
    MISSING_RECIPROCAL = "missing_reciprocal"
    POWER_DEGREE = "power_degree"
    EXPONENT = "exponent"
    DROPPED_TERM = "dropped_term"
    PRODUCT_RULE = "product_rule"
    QUOTIENT_RULE = "quotient_rule"
    INNER_ONLY = "inner_only"
    OUTER_ONLY = "outer_only"
    SWAPPED_BRANCHES = "swapped_branches"
    SWAPPED_TARGETS = "swapped_targets"
    SOFTMAX_DIAGONAL = "softmax_diagonal"
    BIAS_AS_WEIGHT = "bias_as_weight"
    UPSTREAM_MISSING = "upstream_missing"
    WRONG_VARIABLE = "wrong_variable"
    WRONG_QUANTITY = "wrong_quantity"
    WRONG_INDEX = "wrong_index"
    OFF_BY_ONE = "off_by_one"
    TRANSPOSED = "transposed"
    MISSING_SUM = "missing_sum"
    EXTRA_SUM = "extra_sum"
    MISSING_TRANSPOSE = "missing_transpose"
    FACTOR_ORDER = "factor_order"
    ELEMENTWISE_FOR_MATRIX = "elementwise_for_matrix"
    UPDATED_WEIGHT = "updated_weight"
    INVERTED = "inverted"
    EXTRA_FACTOR = "extra_factor"
    EXTRA_TERM = "extra_term"
    POWER_OF_TEN = "power_of_ten"


# mistakes that often predict the same answer, counted over the rubrics shipped
ALIKE = (
    (Kind.POWER_DEGREE, Kind.SIGN),
    (Kind.QUOTIENT_RULE, Kind.SIGN),
    (Kind.OUTER_ONLY, Kind.SIGN),
    (Kind.SIGN, Kind.SWAPPED_TARGETS),
    (Kind.FACTOR_TWO, Kind.MISSING_MEAN),
    (Kind.FACTOR_TWO, Kind.MEAN_FOR_SUM),
    (Kind.FACTOR_TWO, Kind.POWER_DEGREE),
    (Kind.EXTRA_TERM, Kind.FACTOR_TWO),
    (Kind.ACTIVATION_FOR_DERIVATIVE, Kind.MISSING_FACTOR),
    (Kind.ACTIVATION_FOR_DERIVATIVE, Kind.POWER_DEGREE),
    (Kind.ACTIVATION_FOR_DERIVATIVE, Kind.DROPPED_TERM),
    (Kind.ACTIVATION_FOR_DERIVATIVE, Kind.QUOTIENT_RULE),
    (Kind.ACTIVATION_FOR_DERIVATIVE, Kind.WRONG_QUANTITY),
    (Kind.ACTIVATION_FOR_DERIVATIVE, Kind.EXTRA_FACTOR),
    (Kind.EXTRA_FACTOR, Kind.MISSING_FACTOR),
    (Kind.MISSING_FACTOR, Kind.WRONG_ACTIVATION),
    (Kind.MISSING_FACTOR, Kind.POWER_DEGREE),
    (Kind.DROPPED_TERM, Kind.MISSING_FACTOR),
    (Kind.MISSING_FACTOR, Kind.QUOTIENT_RULE),
    (Kind.INNER_ONLY, Kind.MISSING_FACTOR),
    (Kind.MISSING_FACTOR, Kind.OUTER_ONLY),
    (Kind.MISSING_FACTOR, Kind.UPSTREAM_MISSING),
    (Kind.MISSING_FACTOR, Kind.WRONG_VARIABLE),
    (Kind.DROPPED_TERM, Kind.WRONG_ARGUMENT),
    (Kind.WRONG_ARGUMENT, Kind.WRONG_QUANTITY),
    (Kind.EXTRA_FACTOR, Kind.POWER_DEGREE),
    (Kind.DROPPED_TERM, Kind.PRODUCT_RULE),
    (Kind.DROPPED_TERM, Kind.EXTRA_TERM),
    (Kind.DROPPED_TERM, Kind.QUOTIENT_RULE),
    (Kind.DROPPED_TERM, Kind.WRONG_QUANTITY),
    (Kind.INNER_ONLY, Kind.OUTER_ONLY),
    (Kind.OUTER_ONLY, Kind.WRONG_VARIABLE),
    (Kind.WRONG_QUANTITY, Kind.WRONG_VARIABLE),
    (Kind.EXTRA_FACTOR, Kind.WRONG_VARIABLE),
)


# kinds of words beside an answer that may say what one with such a mistake lacks; of any other mistake all words may
WORDS = MappingProxyType(
    {
        Kind.SIGN: ("less",),
        Kind.FACTOR_TWO: ("factor", "power", "term", "sum", "mean"),
        Kind.MISSING_MEAN: ("mean", "sum", "factor"),
        Kind.MEAN_FOR_SUM: ("mean", "sum", "factor"),
        Kind.MISSING_CONDITION: ("test", "term"),
        Kind.ACTIVATION_FOR_DERIVATIVE: ("factor", "power", "term"),
        Kind.DERIVATIVE_FOR_VALUE: ("factor", "power", "term"),
        Kind.MISSING_FACTOR: ("factor", "power", "term", "mean", "test"),
        Kind.TANH_FOR_SIGMOID: ("power", "factor", "term"),
        Kind.POWER_DEGREE: ("power", "factor"),
        Kind.EXPONENT: ("power", "factor"),
        Kind.DROPPED_TERM: ("term", "less", "sum", "test"),
        Kind.INNER_ONLY: ("factor", "layout"),
        Kind.OUTER_ONLY: ("factor", "layout"),
        Kind.SWAPPED_TARGETS: ("less", "layout"),
        Kind.MISSING_SUM: ("sum", "mean"),
        Kind.EXTRA_SUM: ("sum", "mean"),
        Kind.MISSING_TRANSPOSE: ("layout",),
        Kind.FACTOR_ORDER: ("layout",),
        Kind.EXTRA_FACTOR: ("factor", "power"),
        Kind.EXTRA_TERM: ("term", "test"),
    }
)


class Lint(Enum):
    """What ``grader check`` says where a mistake gives the right answer, or can't be told from another.

    A CHOICE is what else could be asked or written; a MARKED mistake is one that a price or a tolerance should tell
    apart; a SLIP in carrying out the derivation often changes nothing (a 1 left out, a sign of nought).
    """

    CHOICE = "choice"
    MARKED = "marked"
    SLIP = "slip"


class MistakePlace(Enum):
    """What a mistake is about, where that changes the hint: a link of the chain, an indicator of indices, a name with
    a number in it, a size; a value asked for that is no derivative."""

    LINK = "link"
    INDEX = "index"
    NUMBERED = "numbered"
    SIZE = "size"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class MalRule:
    """One mistake.

    Of several that predict the same answer the one of lowest `rank` is named. `clause` says what happened, with ``{}``
    for what it is about; `clause_hidden` says it where that is unknown or the solution is hidden, and gives no way to
    the right answer. `look` is where to look, `look_at` the same at places where another hint fits. `right` says first
    what of the answer is right, empty where nothing need be. `alike` are the others that it often can't be told from.
    """

    kind: Kind
    rank: int
    what: str
    clause: str
    clause_hidden: str
    look: str
    right: str = "Nearly right"
    look_at: tuple[tuple[MistakePlace, str], ...] = ()
    alike: tuple[Kind, ...] = ()
    lint: Lint = Lint.SLIP


@dataclass(frozen=True, slots=True)
class MalRuleSetting:
    """What a rubric says of a mistake: `name` (``missing_factor`` or ``missing_factor:dyhat_dz``), partial credit,
    its own message (empty: ours), and whether it is looked for at all."""

    name: str
    points: float = 0.0
    message: str = ""
    enabled: bool = True


def setting_of(settings: tuple[MalRuleSetting, ...], kind: str, detail: str) -> MalRuleSetting:
    """The setting of a mistake: the one that names its detail before the one of its kind."""
    found = {setting.name: setting for setting in settings}
    return found.get(f"{kind}:{detail}") or found.get(kind) or MalRuleSetting(kind)
