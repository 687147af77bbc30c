"""The table of what makes which mistake: each row binds a function of this package to the kinds that it makes.

``BOUND[Kind.MISSING_CONDITION]`` are `branches`, `products`, `conditions` and `functions`: a kind may come about in
several ways, and a function may make several kinds. `grader.diagnosis.predict` runs the rows, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from grader.diagnosis.rules import closed_form_mistakes as closed_form
from grader.diagnosis.rules import factor_mistakes as factor
from grader.diagnosis.rules import formula_mistakes as formula
from grader.diagnosis.rules import operator_mistakes as operator
from grader.diagnosis.rules import shape_mistakes as shape
from grader.diagnosis.rules import whole_answer_mistakes as whole
from grader.diagnosis.rules import written_mistakes as written
from grader.diagnosis.rules.mistake import Mistake
from grader.diagnosis.rules.tangents import Tangents
from grader.diagnosis.rules.written_quantities import Alternatives
from grader.expression.evaluation.values import Array
from grader.expression.language.nodes import Expression
from grader.rubric.malrule import Kind
from grader.solver.key import SolvedPart, SolvedQuestion
from grader.solver.runs import Run

Maker = TypeVar("Maker", bound=Callable[..., Iterator[Any]])


@dataclass(frozen=True, slots=True)
class Bound(Generic[Maker]):
    """A function that makes mistakes, and their kinds; how it is called is a matter of its family."""

    function: Maker
    kinds: tuple[Kind, ...]


WholeRule = Callable[[SolvedQuestion, SolvedPart, Run], Iterator[whole.WrongArray]]

MULTIPLES: tuple[Bound[Callable[[SolvedQuestion, Run], Iterator[whole.Multiple]]], ...] = (
    Bound(whole.multiples, (Kind.SIGN, Kind.FACTOR_TWO, Kind.MISSING_MEAN, Kind.MEAN_FOR_SUM, Kind.POWER_OF_TEN)),
)
OPERATORS: tuple[Bound[operator.OperatorRule], ...] = (
    Bound(operator.missing_factor, (Kind.MISSING_FACTOR, Kind.ACTIVATION_FOR_DERIVATIVE)),
    Bound(operator.opaque_factor, (Kind.MISSING_FACTOR,)),
    Bound(operator.activation_for_derivative, (Kind.ACTIVATION_FOR_DERIVATIVE,)),
    Bound(operator.other_activation, (Kind.TANH_FOR_SIGMOID, Kind.WRONG_ACTIVATION)),
    Bound(operator.wrong_argument, (Kind.WRONG_ARGUMENT,)),
    Bound(operator.chain_inside, (Kind.MISSING_RECIPROCAL, Kind.INNER_ONLY, Kind.OUTER_ONLY)),
    Bound(operator.power_degree, (Kind.POWER_DEGREE,)),
    Bound(operator.product_rule, (Kind.PRODUCT_RULE,)),
    Bound(operator.quotient_rule, (Kind.QUOTIENT_RULE,)),
    Bound(operator.branches, (Kind.MISSING_CONDITION, Kind.SWAPPED_BRANCHES)),
    Bound(operator.dropped_term, (Kind.SIGN, Kind.DROPPED_TERM)),
    Bound(operator.mean_for_sum, (Kind.MEAN_FOR_SUM,)),
)
JACOBIANS: tuple[Bound[Callable[[Tangents], Iterator[whole.WrongArray]]], ...] = (
    Bound(whole.diagonals, (Kind.SOFTMAX_DIAGONAL, Kind.SIGN)),
    Bound(whole.ways, (Kind.DROPPED_TERM,)),
)
ELSEWHERE: tuple[Bound[WholeRule], ...] = (
    Bound(
        whole.other_derivatives,
        (Kind.OUTER_ONLY, Kind.WRONG_VARIABLE, Kind.BIAS_AS_WEIGHT, Kind.MISSING_FACTOR, Kind.UPSTREAM_MISSING),
    ),
    Bound(whole.updated_weights, (Kind.UPDATED_WEIGHT,)),
    Bound(whole.other_values, (Kind.WRONG_VARIABLE,)),
)
FORMULAS: tuple[Bound[formula.FormulaRule], ...] = (
    Bound(formula.sums, (Kind.SIGN, Kind.DROPPED_TERM, Kind.SWAPPED_TARGETS)),
    Bound(
        formula.products,
        (
            Kind.MISSING_CONDITION,
            Kind.MISSING_FACTOR,
            Kind.MISSING_FUNCTION,
            Kind.INVERTED,
            Kind.POWER_DEGREE,
            Kind.ACTIVATION_FOR_DERIVATIVE,
            Kind.WRONG_QUANTITY,
        ),
    ),
    Bound(formula.conditions, (Kind.SWAPPED_BRANCHES, Kind.MISSING_CONDITION, Kind.DROPPED_TERM)),
    Bound(
        formula.functions,
        (
            Kind.MISSING_FUNCTION,
            Kind.MISSING_TRANSPOSE,
            Kind.WRONG_ACTIVATION,
            Kind.SWAPPED_BRANCHES,
            Kind.MISSING_CONDITION,
        ),
    ),
)
INTERCHANGED: tuple[Bound[Callable[[SolvedQuestion, SolvedPart], Iterator[formula.ChangedFormula]]], ...] = (
    Bound(closed_form.swapped_targets, (Kind.SWAPPED_TARGETS,)),
    Bound(closed_form.equal_indices, (Kind.SOFTMAX_DIAGONAL,)),
)
TERMS: tuple[Bound[Callable[[Expression], Iterator[formula.ChangedFormula]]], ...] = (
    Bound(formula.changed_terms, (Kind.DROPPED_TERM, Kind.FACTOR_TWO)),
)
REPLACED: tuple[Bound[Callable[[SolvedQuestion, SolvedPart], Iterator[closed_form.Replacement]]], ...] = (
    Bound(closed_form.replaced, (Kind.WRONG_QUANTITY,)),
)
LAYOUTS: tuple[Bound[Callable[[Array], Iterator[tuple[Kind, Array]]]], ...] = (
    Bound(whole.transposed, (Kind.TRANSPOSED,)),
    Bound(whole.inverted, (Kind.INVERTED,)),
)
FACTORS: tuple[Bound[Callable[[SolvedQuestion, SolvedPart, Run, Array], Iterator[whole.WrongArray]]], ...] = (
    Bound(factor.too_much_or_too_little, (Kind.EXTRA_FACTOR, Kind.MISSING_FACTOR, Kind.EXTRA_TERM)),
)

WRITTEN: tuple[Bound[Callable[[Expression, Alternatives], Iterator[written.Written]]], ...] = (
    Bound(
        written.changes,
        (
            Kind.SIGN,
            Kind.FACTOR_TWO,
            Kind.MISSING_MEAN,
            Kind.MEAN_FOR_SUM,
            Kind.MISSING_CONDITION,
            Kind.ACTIVATION_FOR_DERIVATIVE,
            Kind.DERIVATIVE_FOR_VALUE,
            Kind.MISSING_FACTOR,
            Kind.MISSING_FUNCTION,
            Kind.WRONG_ACTIVATION,
            Kind.EXPONENT,
            Kind.SWAPPED_BRANCHES,
            Kind.WRONG_QUANTITY,
            Kind.WRONG_INDEX,
            Kind.OFF_BY_ONE,
            Kind.TRANSPOSED,
            Kind.MISSING_TRANSPOSE,
            Kind.EXTRA_SUM,
            Kind.INVERTED,
            Kind.EXTRA_FACTOR,
            Kind.EXTRA_TERM,
        ),
    ),
)

# of an answer of another shape, and of one that the judge had to repair
SHAPES: tuple[Bound[Callable[..., Iterator[Mistake]]], ...] = (
    Bound(shape.stopped_early, (Kind.OUTER_ONLY,)),
    Bound(
        shape.mended,
        (
            Kind.MISSING_TRANSPOSE,
            Kind.TRANSPOSED,
            Kind.FACTOR_ORDER,
            Kind.ELEMENTWISE_FOR_MATRIX,
            Kind.MISSING_SUM,
        ),
    ),
)

ROWS: tuple[Bound[Any], ...] = (
    *MULTIPLES,
    *OPERATORS,
    *JACOBIANS,
    *ELSEWHERE,
    *FORMULAS,
    *INTERCHANGED,
    *TERMS,
    *REPLACED,
    *LAYOUTS,
    *FACTORS,
    *WRITTEN,
    *SHAPES,
)
BOUND: Mapping[Kind, tuple[Callable[..., Iterator[Any]], ...]] = MappingProxyType(
    {kind: found for kind in Kind if (found := tuple(row.function for row in ROWS if kind in row.kinds))}
)
