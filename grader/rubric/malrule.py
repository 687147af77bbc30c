"""What is said of a predicted mistake: by the catalogue (`MalRule`), and by a rubric that prices it (`MalRuleSetting`).

``malrules: {missing_factor: {points: 1}}`` in a rubric gives one point for a chain rule with one factor left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Kind(StrEnum):
    """The stable names of the mistakes, as notes and rubrics spell them."""

    SIGN = "sign"
    FACTOR_TWO = "factor_two"
    MISSING_MEAN = "missing_mean"
    MEAN_FOR_SUM = "mean_for_sum"
    MISSING_CONDITION = "missing_condition"
    ACTIVATION_FOR_DERIVATIVE = "activation_for_derivative"
    MISSING_FACTOR = "missing_factor"
    TANH_FOR_SIGMOID = "tanh_for_sigmoid"
    WRONG_ARGUMENT = "wrong_argument"
    MISSING_FUNCTION = "missing_function"
    WRONG_ACTIVATION = "wrong_activation"
    MISSING_RECIPROCAL = "missing_reciprocal"
    POWER_DEGREE = "power_degree"
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
    TRANSPOSED = "transposed"
    MISSING_SUM = "missing_sum"
    MISSING_TRANSPOSE = "missing_transpose"
    FACTOR_ORDER = "factor_order"
    ELEMENTWISE_FOR_MATRIX = "elementwise_for_matrix"
    UPDATED_WEIGHT = "updated_weight"
    INVERTED = "inverted"
    EXTRA_FACTOR = "extra_factor"
    EXTRA_TERM = "extra_term"
    POWER_OF_TEN = "power_of_ten"
    EXPONENT = "exponent"
    DERIVATIVE_FOR_VALUE = "derivative_for_value"
    WRONG_INDEX = "wrong_index"
    OFF_BY_ONE = "off_by_one"
    EXTRA_SUM = "extra_sum"


class Frequency(Enum):
    """How often students make it: the rarer a mistake, the closer a number must be before it is named."""

    COMMON = "common"
    USUAL = "usual"
    RARE = "rare"


class Lint(Enum):
    """What ``grader check`` says where a mistake gives the right answer, or can't be told from another.

    A CHOICE is what else could be asked or written; a MARKED mistake is one that a price or a tolerance should tell
    apart; a SLIP in carrying out the derivation often changes nothing (a 1 left out, a sign of nought).
    """

    CHOICE = "choice"
    MARKED = "marked"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class MalRule:
    """One mistake.

    Of several that predict the same answer the one of lowest `rank` is named. `clause` says what happened, with ``{}``
    for what it is about; `clause_hidden` says it where that is unknown or the solution is hidden; `look` is where to
    look. `alike` are the others that it often can't be told from.
    """

    kind: Kind
    rank: int
    frequency: Frequency
    what: str
    clause: str
    clause_hidden: str
    look: str
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
