"""A mistake in the words of a student: what seems to have happened, and where to look.

``missing_factor:dyhat_dz`` says: "This matches what comes out if the factor dyhat/dz is left out. Every link of the
chain from the output to the variable gives one factor."
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from grader.diagnosis.predictions import Mistake
from grader.rubric.malrules import MALRULES

_CHAIN = "Every link of the chain from the output to the variable gives one factor."
_PATHS = "Go through the sum term by term, and through every way in which the variable reaches the output."
_SIDES = "Try one point on each side of the condition."

# kind: the clause with what it is about, the clause without, and where to look
_SAID: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "sign": (
            "the sign of {} is turned",
            "the sign of the whole is turned",
            "Follow each minus through, also the one of an inner derivative.",
        ),
        "factor_two": (
            "a factor 2 is lost or gained at {}",
            "a factor 2 is lost or gained",
            "Look at each square and at the number in front of it.",
        ),
        "missing_mean": (
            "the division by {} is forgotten",
            "the division by the number of samples is forgotten",
            "Look at what stands in front of the sum.",
        ),
        "mean_for_sum": (
            "there is one division by {} too many",
            "there is a mean where the model has a sum",
            "Look at what stands in front of the sum.",
        ),
        "missing_factor": ("the factor {} is left out", "a factor is left out", _CHAIN),
        "activation_for_derivative": (
            "{} itself stands where its derivative belongs",
            "a function stands where its derivative belongs",
            "The chain rule multiplies by the derivative of each function on the way.",
        ),
        "tanh_for_sigmoid": (
            "{} is differentiated by the rule of another function",
            "a function is differentiated by the rule of another",
            "The derivatives of sigmoid and tanh have different forms.",
        ),
        "wrong_argument": (
            "a derivative is taken at {}, which is not the place where it belongs",
            "a derivative is taken at the wrong place",
            "Check what stands inside the function.",
        ),
        "wrong_activation": (
            "another function or its derivative is used in place of {}",
            "another function or its derivative is used",
            "Check which function the model has at this place.",
        ),
        "missing_reciprocal": (
            "{} is differentiated without the reciprocal of its argument",
            "a logarithm is differentiated without the reciprocal of its argument",
            "Look up the derivative of the logarithm.",
        ),
        "power_degree": (
            "the power in {} is differentiated with a wrong factor or exponent",
            "a power is differentiated with a wrong factor or exponent",
            "Differentiating a power brings the exponent in front and lowers it by one.",
        ),
        "product_rule": (
            "the product rule is not carried through for {}",
            "the product rule is not carried through",
            "Each factor is differentiated once while the others stay, and the results are added.",
        ),
        "quotient_rule": (
            "the quotient rule is not carried through for {}",
            "the quotient rule is not carried through",
            "Look at the sign between its two terms and at the square below.",
        ),
        "inner_only": (
            "the outer derivative is left out in {}",
            "an outer derivative is left out",
            "The chain rule multiplies the outer derivative by the inner one.",
        ),
        "outer_only": (
            "the inner derivative is left out after {}",
            "the chain is not followed to its end",
            "The chain rule goes on until the variable itself is reached.",
        ),
        "swapped_branches": ("two branches are interchanged", "two branches are interchanged", _SIDES),
        "missing_condition": (
            "a condition is left out, so that one branch holds everywhere",
            "a condition is left out, so that one branch holds everywhere",
            _SIDES,
        ),
        "dropped_term": ("{} is left out", "a term is left out", _PATHS),
        "swapped_targets": (
            "the label and the prediction are interchanged",
            "the label and the prediction are interchanged",
            "Check which of the two each derivative is taken by.",
        ),
        "softmax_diagonal": (
            "only the entries of {} with equal indices are used",
            "only the entries with equal indices are used",
            "Each output of this function depends on each of its inputs.",
        ),
        "bias_as_weight": (
            "the bias is treated as a weight, which gives {}",
            "the bias is treated as a weight",
            "Check what the bias is multiplied by.",
        ),
        "missing_function": (
            "the function in {} is not applied",
            "a function is not applied",
            "Compare with the formula of the model.",
        ),
        "upstream_missing": (
            "only {} is worked out",
            "only the last part of the chain is worked out",
            "The chain rule starts at the output.",
        ),
        "wrong_variable": (
            "{} is given in place of what is asked",
            "another quantity is given in place of what is asked",
            "Check which quantity is asked for.",
        ),
        "wrong_quantity": (
            "{}",
            "another quantity stands in one place of the formula",
            "Go through the local derivatives and see what each of them leaves.",
        ),
        "transposed": (
            "rows and columns of {} are interchanged",
            "rows and columns are interchanged",
            "Check the indices.",
        ),
        "missing_sum": (
            "a sum is left out in {}",
            "the sum over the samples, or over another index, is left out",
            "A gradient has the shape of its variable; what is used for every sample gets a share from each.",
        ),
        "missing_transpose": (
            "the transpose of {} is left out",
            "a transpose is left out",
            "Write the shape under each factor: the inner ones must be the same.",
        ),
        "factor_order": (
            "the factors in {} stand in the wrong order",
            "the factors of a matrix product stand in the wrong order",
            "Write the shape under each factor: the inner ones must be the same.",
        ),
        "elementwise_for_matrix": (
            "{} has an element-wise product where a matrix product belongs, or the reverse",
            "an element-wise product stands where a matrix product belongs, or the reverse",
            "Write the shape under each factor, and see which product gives the shape asked for.",
        ),
        "updated_weight": (
            "{} is used after its update",
            "a weight is used after its update",
            "All gradients of a step are taken at the old weights.",
        ),
        "inverted": ("a fraction is upside down", "a fraction is upside down", "Check what stands below the line."),
        "extra_factor": ("there is a factor {} too much", "there is a factor too much", _CHAIN),
        "extra_term": ("there is a term {} too much", "there is a term too much", _PATHS),
        "power_of_ten": (
            "the decimal point has moved",
            "the decimal point has moved",
            "Check powers of ten, and percent.",
        ),
    }
)


def said_of(mistake: Mistake, show_solution: bool) -> str:
    """What the student reads; without details of the formula where the solution is hidden."""
    clause, look = _clause(mistake, show_solution)
    second = mistake.second
    if second is None:
        return f"This matches what comes out if {clause}. {look}"
    other, _ = _clause(second, show_solution)
    return f"This matches what comes out if two things happen: {clause}, and {other}. {look}"


def _clause(mistake: Mistake, show_solution: bool) -> tuple[str, str]:
    about, plain, look = _SAID[mistake.kind]
    return (about.format(mistake.shown) if mistake.shown and show_solution else plain), look


def priced_as(mistake: Mistake) -> str:
    """The line of the score for a mistake that the rubric prices."""
    return f"partial credit: {MALRULES[mistake.kind]}"
