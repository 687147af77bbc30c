"""The mistakes that a rubric can price, reword or switch off, by name, each with what it is.

``malrules: {missing_factor: {points: 1}}`` gives one point for a chain rule with one factor left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MALRULES: Mapping[str, str] = MappingProxyType(
    {
        "sign": "the wrong sign, of the whole or of one term",
        "factor_two": "a factor 2 lost or gained",
        "missing_mean": "the mean over the samples forgotten: 1/m is missing",
        "mean_for_sum": "a mean where the loss is a sum: 1/m too much",
        "missing_condition": "a condition left out: one branch used everywhere",
        "activation_for_derivative": "a function's value where its derivative belongs",
        "missing_factor": "one factor of the chain rule or of the formula is missing",
        "tanh_for_sigmoid": "the rule of tanh for sigmoid, or the reverse",
        "wrong_argument": "a derivative taken at the wrong argument",
        "missing_function": "a function of the formula is not applied",
        "wrong_activation": "another function or its derivative in place of the model's",
        "missing_reciprocal": "the 1/x of a logarithm forgotten",
        "power_degree": "the derivative of a power with a wrong factor or exponent",
        "dropped_term": "one term of a sum, or one path of the chain rule, is missing",
        "product_rule": "the product rule applied wrongly",
        "quotient_rule": "the quotient rule applied wrongly",
        "inner_only": "the derivative of the inner function only",
        "outer_only": "the derivative of the outer function only",
        "swapped_branches": "the branches of a case distinction interchanged",
        "swapped_targets": "label and prediction interchanged",
        "softmax_diagonal": "only the diagonal of a softmax's derivative",
        "bias_as_weight": "a bias treated as a weight: its derivative multiplied by the input",
        "upstream_missing": "the factors from the loss down are missing",
        "wrong_variable": "differentiated by another variable",
        "wrong_quantity": "another quantity of the model in one factor's place",
        "transposed": "the transpose of the right array, or of a factor",
        "missing_sum": "a sum over the samples forgotten, so that the shape is wrong",
        "missing_transpose": "a transpose forgotten, so that the shapes don't fit",
        "factor_order": "the factors of a matrix product in the wrong order",
        "elementwise_for_matrix": "an element-wise product for a matrix product, or the reverse",
        "updated_weight": "a weight used after its update",
        "inverted": "one over the right value",
        "extra_factor": "a factor too much",
        "extra_term": "a term too much",
        "power_of_ten": "off by a power of ten, or by percent",
    }
)


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
