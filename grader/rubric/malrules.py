"""The catalogue of mistakes: a row each, from which diagnosis, wording, ranks, schema, docs and linter derive.

``MALRULES["sign"].what`` is "the wrong sign, of the whole or of one term". `grader.diagnosis.rules.bindings` binds
to each row what makes the mistake of a solution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from grader.rubric.malrule import ALIKE, Kind, Lint, MalRule, MistakePlace

_CHAIN = "Each link of the chain from the output to the variable gives one factor."
_FACTORS = "Go back to the definitions and see what multiplies each piece."
_TERMS = "Go through the sum term by term, and ask of each whether it depends on the variable."
_PATHS = "The variable may reach the output in several ways: each of them gives a term."
_SIDES = "Try one point on each side of the condition."
_FIT = "Write the shape under each factor: the inner ones must be the same."
_MEAN = "Look at what stands in front of the sum."
_AS_FAR = "What you have is right as far as it goes"
_REST = "The rest is right"

_ROWS = (
    MalRule(
        Kind.SIGN,
        10,
        what="the wrong sign, of the whole or of one term",
        clause="the sign of {} is wrong",
        clause_hidden="a sign is wrong",
        look="Go through the minus signs one by one, also those that inner derivatives bring in.",
        right="The size is right",
        look_at=((MistakePlace.VALUE, "Go through the minus signs one by one."),),
        lint=Lint.MARKED,
    ),
    MalRule(
        Kind.FACTOR_TWO,
        20,
        what="a factor 2 lost or gained",
        clause="a factor 2 is lost or gained in {}",
        clause_hidden="a factor 2 is lost or gained",
        look="Look at each square and at the number in front of it.",
        right="The form is right",
        lint=Lint.MARKED,
    ),
    MalRule(
        Kind.MISSING_MEAN,
        30,
        what="the mean over the samples forgotten: 1/m is missing",
        clause="the division by {} is missing",
        clause_hidden="a mean and a sum are confused",
        look=_MEAN,
        right=_AS_FAR,
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.MEAN_FOR_SUM,
        40,
        what="a mean where the loss is a sum: 1/m too much",
        clause="there is one division by {} too many",
        clause_hidden="a mean and a sum are confused",
        look=_MEAN,
        right=_REST,
    ),
    MalRule(
        Kind.MISSING_CONDITION,
        50,
        what="a condition left out: one branch used everywhere",
        clause="a condition is missing, so that one case is used everywhere",
        clause_hidden="a condition is missing, so that one case is used everywhere",
        look=_SIDES,
        right=_AS_FAR,
        look_at=((MistakePlace.INDEX, "Ask what the value is where the indices differ."),),
        lint=Lint.MARKED,
    ),
    MalRule(
        Kind.ACTIVATION_FOR_DERIVATIVE,
        60,
        what="a function's value where its derivative belongs",
        clause="you use {} itself where its derivative belongs",
        clause_hidden="a function stands where its derivative belongs",
        look="The chain rule multiplies by the derivative of each function on the way.",
    ),
    MalRule(
        Kind.DERIVATIVE_FOR_VALUE,
        62,
        what="a derivative where the function's value belongs",
        clause="you use the derivative of {} where its value belongs",
        clause_hidden="a derivative stands where the function's value belongs",
        look="Only what you differentiate turns into its derivative; everything else keeps its value.",
    ),
    MalRule(
        Kind.MISSING_FACTOR,
        70,
        what="one factor of the chain rule or of the formula is missing",
        clause="the factor {} is missing",
        clause_hidden="a factor is missing",
        look=_FACTORS,
        right=_AS_FAR,
        look_at=(
            (MistakePlace.LINK, _CHAIN),
            (MistakePlace.SIZE, "What does not depend on the index of a sum is added once for each of its terms."),
        ),
        lint=Lint.MARKED,
    ),
    MalRule(
        Kind.TANH_FOR_SIGMOID,
        80,
        what="the rule of tanh for sigmoid, or the reverse",
        clause="{} is differentiated by the rule of another function",
        clause_hidden="a function is differentiated by the rule of another",
        look="The derivatives of sigmoid and tanh look different: check which of them you need.",
    ),
    MalRule(
        Kind.WRONG_ARGUMENT,
        90,
        what="a derivative taken at the wrong argument",
        clause="a derivative is worked out with {} where something else belongs",
        clause_hidden="a derivative is taken at the wrong place",
        look="Check what goes into the derivative: the input of the function, or its value.",
    ),
    MalRule(
        Kind.MISSING_FUNCTION,
        100,
        what="a function of the formula is not applied",
        clause="the function in {} is not applied",
        clause_hidden="a function is not applied",
        look="Compare with the formula of the model.",
    ),
    MalRule(
        Kind.WRONG_ACTIVATION,
        110,
        what="another function or its derivative in place of the model's",
        clause="another function or its derivative is used in place of {}",
        clause_hidden="another function or its derivative is used",
        look="Check which function belongs at this place: that of the model, or its derivative.",
    ),
    MalRule(
        Kind.MISSING_RECIPROCAL,
        120,
        what="the 1/x of a logarithm forgotten",
        clause="{} is differentiated without the reciprocal of what stands in the logarithm",
        clause_hidden="a logarithm is not differentiated as one",
        look="Look up the derivative of the logarithm.",
    ),
    MalRule(
        Kind.POWER_DEGREE,
        130,
        what="the derivative of a power with a wrong factor or exponent",
        clause="the power in {} is differentiated with a wrong factor or exponent",
        clause_hidden="a power is differentiated with a wrong factor or exponent",
        look="Differentiating a power brings the exponent in front and lowers it by one.",
    ),
    MalRule(
        Kind.EXPONENT,
        132,
        what="a wrong exponent, or a square forgotten",
        clause="{}",
        clause_hidden="an exponent is wrong, or a square is forgotten",
        look="Count how often this factor comes in.",
    ),
    MalRule(
        Kind.DROPPED_TERM,
        140,
        what="one term of a sum, or one path of the chain rule, is missing",
        clause="{} is missing",
        clause_hidden="a term is missing",
        look=_TERMS,
        right=_AS_FAR,
        look_at=(
            (MistakePlace.LINK, _PATHS),
            (MistakePlace.VALUE, "Go through the sum term by term."),
        ),
    ),
    MalRule(
        Kind.PRODUCT_RULE,
        150,
        what="the product rule applied wrongly",
        clause="the product rule is not carried through for {}",
        clause_hidden="the product rule is not carried through",
        look="Each factor is differentiated once while the others stay, and the results are added.",
        right="",
    ),
    MalRule(
        Kind.QUOTIENT_RULE,
        160,
        what="the quotient rule applied wrongly",
        clause="the quotient rule is not carried through for {}",
        clause_hidden="the quotient rule is not carried through",
        look="Look at the sign between its two terms and at the square below.",
        right="",
    ),
    MalRule(
        Kind.INNER_ONLY,
        170,
        what="the derivative of the inner function only",
        clause="the outer derivative of {} is missing",
        clause_hidden="an outer derivative is missing",
        look="The chain rule multiplies the outer derivative by the inner one.",
        right=_AS_FAR,
    ),
    MalRule(
        Kind.OUTER_ONLY,
        180,
        what="the derivative of the outer function only",
        clause="the inner derivative of {} is missing",
        clause_hidden="the chain is not followed to its end",
        look="The chain rule goes on until the variable itself is reached.",
        right=_AS_FAR,
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.SWAPPED_BRANCHES,
        190,
        what="the branches of a case distinction interchanged",
        clause="two cases are interchanged",
        clause_hidden="two cases are interchanged",
        look=_SIDES,
        lint=Lint.MARKED,
    ),
    MalRule(
        Kind.SWAPPED_TARGETS,
        200,
        what="label and prediction interchanged",
        clause="the label and the prediction are interchanged",
        clause_hidden="the label and the prediction are interchanged",
        look="Check which of the two each derivative is taken by.",
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.SOFTMAX_DIAGONAL,
        210,
        what="only the diagonal of a softmax's derivative",
        clause="only the case of equal indices is used in {}",
        clause_hidden="only the case of equal indices is used",
        look="Each output of this function depends on each of its inputs.",
        right=_AS_FAR,
    ),
    MalRule(
        Kind.BIAS_AS_WEIGHT,
        65,
        what="a bias treated as a weight: its derivative multiplied by the input",
        clause="the bias is treated like a weight, which gives {}",
        clause_hidden="the bias is treated like a weight",
        look="Check what the bias is multiplied by.",
        right="",
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.UPSTREAM_MISSING,
        230,
        what="the factors from the loss down are missing",
        clause="only {} is worked out",
        clause_hidden="only the last part of the chain is worked out",
        look="The chain rule starts at the output.",
        right=_AS_FAR,
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.WRONG_VARIABLE,
        240,
        what="differentiated by another variable",
        clause="you give {} in place of what is asked",
        clause_hidden="another quantity is given in place of what is asked",
        look="Check which quantity is asked for.",
        right="",
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.WRONG_QUANTITY,
        250,
        what="another quantity of the model in one factor's place",
        clause="{}",
        clause_hidden="another quantity stands in one place of the formula",
        look="Work out that one derivative again, and see which quantity it leaves.",
    ),
    MalRule(
        Kind.WRONG_INDEX,
        252,
        what="a wrong index",
        clause="{}",
        clause_hidden="an index is wrong",
        look="Say for each index what it counts: the example, the unit, the step.",
    ),
    MalRule(
        Kind.OFF_BY_ONE,
        254,
        what="an index or a step off by one",
        clause="{}",
        clause_hidden="an index is off by one",
        look="Write out the first and the last term.",
        look_at=((MistakePlace.NUMBERED, "Check which step or layer each number and index belongs to."),),
    ),
    MalRule(
        Kind.TRANSPOSED,
        260,
        what="the transpose of the right array, or of a factor",
        clause="rows and columns of {} are interchanged",
        clause_hidden="rows and columns are interchanged",
        look="Check which index counts the rows, and which the columns.",
        lint=Lint.CHOICE,
    ),
    MalRule(
        Kind.MISSING_SUM,
        270,
        what="a sum over the samples forgotten, so that the shape is wrong",
        clause="a sum is missing in {}",
        clause_hidden="a sum is missing",
        look="A gradient has the shape of its variable; what is used for every sample gets a share from each.",
        right=_AS_FAR,
    ),
    MalRule(
        Kind.EXTRA_SUM,
        272,
        what="a sum where one term is asked",
        clause="there is a sum over {} where only one of its terms belongs",
        clause_hidden="there is a sum where only one of its terms belongs",
        look="Ask which terms of the sum depend on the entry by which you differentiate.",
    ),
    MalRule(
        Kind.MISSING_TRANSPOSE,
        280,
        what="a transpose forgotten, so that the shapes don't fit",
        clause="{} is not transposed",
        clause_hidden="a transpose is missing",
        look=_FIT,
    ),
    MalRule(
        Kind.FACTOR_ORDER,
        290,
        what="the factors of a matrix product in the wrong order",
        clause="the factors of {} stand in the wrong order",
        clause_hidden="the factors of a matrix product stand in the wrong order",
        look=_FIT,
    ),
    MalRule(
        Kind.ELEMENTWISE_FOR_MATRIX,
        300,
        what="an element-wise product for a matrix product, or the reverse",
        clause="{} has an element-wise product where a matrix product belongs, or the reverse",
        clause_hidden="an element-wise product stands where a matrix product belongs, or the reverse",
        look="Write the shape under each factor, and see which product gives the shape asked for.",
    ),
    MalRule(
        Kind.UPDATED_WEIGHT,
        68,
        what="a weight used after its update",
        clause="{} is used after its update",
        clause_hidden="a weight is used after its update",
        look="All gradients of a step are taken at the old weights.",
    ),
    MalRule(
        Kind.INVERTED,
        320,
        what="one over the right value",
        clause="{} stands on the wrong side of the fraction line",
        clause_hidden="a fraction is upside down",
        look="Check what stands below the line.",
    ),
    MalRule(
        Kind.EXTRA_FACTOR,
        330,
        what="a factor too much",
        clause="the factor {} does not belong there",
        clause_hidden="there is a factor too much",
        look="Ask which step of the derivation would bring this factor in.",
        right=_REST,
        look_at=(
            (
                MistakePlace.LINK,
                "Each link of the chain gives its factor once, and only if the variable lies behind it.",
            ),
        ),
    ),
    MalRule(
        Kind.EXTRA_TERM,
        340,
        what="a term too much",
        clause="the term {} does not belong there",
        clause_hidden="there is a term too much",
        look="Go through your terms one by one, and ask where each of them comes from.",
        right=_REST,
    ),
    MalRule(
        Kind.POWER_OF_TEN,
        350,
        what="off by a power of ten, or by percent",
        clause="the decimal point has moved",
        clause_hidden="the decimal point has moved",
        look="Check powers of ten, and percent.",
        right="The digits are right",
    ),
)


def _alike(kind: Kind) -> tuple[Kind, ...]:
    """The mistakes from which one can often not be told."""
    return tuple(other for pair in ALIKE if kind in pair for other in pair if other is not kind)


MALRULES: Mapping[str, MalRule] = MappingProxyType(
    {row.kind.value: replace(row, alike=_alike(row.kind)) for row in _ROWS}
)
