"""The allow-list: every operator and function of the language, one row each.

A text can call nothing that has no row here. `spellings` are what plain text and code call it
(``np.`` is dress); `latex` is how it prints, and with its backslash how it is read.

>>> FUNCTIONS["sigmoid"].latex
'\\\\sigma'
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Function:
    """One row. `kind`: "operator", "condition", "elementwise", "array" (acts on whole vectors, matrices).

    `low` and `high` bound the number of arguments (`high` None: any number from `low`).
    """

    name: str
    kind: str
    low: int
    high: int | None
    spellings: tuple[str, ...] = ()
    latex: str = ""


_OPERATORS = (
    Function("add", "operator", 2, 2),
    Function("sub", "operator", 2, 2),
    Function("neg", "operator", 1, 1),
    Function("div", "operator", 2, 2),
    Function("pow", "operator", 2, 2, ("pow", "power")),
    Function("transpose", "operator", 1, 1, ("transpose",)),
    Function("factorial", "operator", 1, 1, ("factorial", "fact"), r"\operatorname{factorial}"),
    Function("undefined", "operator", 0, 0, ("undefined", "nan", "dne"), r"\text{undefined}"),
)
_CONDITIONS = (
    Function("lt", "condition", 2, 2, (), "<"),
    Function("le", "condition", 2, 2, (), r"\le"),
    Function("gt", "condition", 2, 2, (), ">"),
    Function("ge", "condition", 2, 2, (), r"\ge"),
    Function("eq", "condition", 2, 2, (), "="),
    Function("ne", "condition", 2, 2, (), r"\ne"),
    Function("and", "condition", 2, 2, (), r"\land"),
    Function("or", "condition", 2, 2, (), r"\lor"),
    Function("not", "condition", 1, 1, (), r"\lnot"),
)
_ELEMENTWISE = (
    Function("iverson", "elementwise", 1, 1, ("indicator", "ind", "where1"), r"\mathbb{1}"),
    Function("kronecker", "elementwise", 2, 2, ("kronecker", "kron_delta"), r"\delta"),
    Function("exp", "elementwise", 1, 1, ("exp",), r"\exp"),
    Function("log", "elementwise", 1, 1, ("log", "ln"), r"\log"),
    Function("log2", "elementwise", 1, 1, ("log2",), r"\log_2"),
    Function("log10", "elementwise", 1, 1, ("log10", "lg"), r"\log_{10}"),
    Function("log1p", "elementwise", 1, 1, ("log1p",), r"\operatorname{log1p}"),
    Function("expm1", "elementwise", 1, 1, ("expm1",), r"\operatorname{expm1}"),
    Function("sqrt", "elementwise", 1, 1, ("sqrt",), r"\sqrt"),
    Function("square", "elementwise", 1, 1, ("square",), r"\operatorname{square}"),
    Function("abs", "elementwise", 1, 1, ("abs", "fabs", "absolute"), r"\operatorname{abs}"),
    Function("sign", "elementwise", 1, 1, ("sign", "sgn", "signum"), r"\operatorname{sign}"),
    Function("floor", "elementwise", 1, 1, ("floor",), r"\operatorname{floor}"),
    Function("ceil", "elementwise", 1, 1, ("ceil", "ceiling"), r"\operatorname{ceil}"),
    Function("step", "elementwise", 1, 1, ("step", "heaviside", "unitstep"), r"\operatorname{step}"),
    Function("sin", "elementwise", 1, 1, ("sin",), r"\sin"),
    Function("cos", "elementwise", 1, 1, ("cos",), r"\cos"),
    Function("tan", "elementwise", 1, 1, ("tan", "tg"), r"\tan"),
    Function("cot", "elementwise", 1, 1, ("cot", "cotan", "ctg", "cotg"), r"\cot"),
    Function("sec", "elementwise", 1, 1, ("sec",), r"\sec"),
    Function("csc", "elementwise", 1, 1, ("csc", "cosec"), r"\csc"),
    Function("arcsin", "elementwise", 1, 1, ("arcsin", "asin"), r"\arcsin"),
    Function("arccos", "elementwise", 1, 1, ("arccos", "acos"), r"\arccos"),
    Function("arctan", "elementwise", 1, 1, ("arctan", "atan", "arctg"), r"\arctan"),
    Function("sinh", "elementwise", 1, 1, ("sinh",), r"\sinh"),
    Function("cosh", "elementwise", 1, 1, ("cosh",), r"\cosh"),
    Function("tanh", "elementwise", 1, 1, ("tanh",), r"\tanh"),
    Function("coth", "elementwise", 1, 1, ("coth",), r"\coth"),
    Function("sech", "elementwise", 1, 1, ("sech",), r"\operatorname{sech}"),
    Function("csch", "elementwise", 1, 1, ("csch", "cosech"), r"\operatorname{csch}"),
    Function("arcsinh", "elementwise", 1, 1, ("arcsinh", "asinh", "arsinh", "argsinh"), r"\operatorname{arcsinh}"),
    Function("arccosh", "elementwise", 1, 1, ("arccosh", "acosh", "arcosh", "argcosh"), r"\operatorname{arccosh}"),
    Function("arctanh", "elementwise", 1, 1, ("arctanh", "atanh", "artanh", "argtanh"), r"\operatorname{arctanh}"),
    Function("sigmoid", "elementwise", 1, 1, ("sigmoid", "sigma", "logistic", "expit"), r"\sigma"),
    Function("relu", "elementwise", 1, 1, ("relu",), r"\operatorname{ReLU}"),
    Function("softplus", "elementwise", 1, 1, ("softplus",), r"\operatorname{softplus}"),
    Function("erf", "elementwise", 1, 1, ("erf",), r"\operatorname{erf}"),
    Function("normal_cdf", "elementwise", 1, 1, ("Phi", "normcdf", "normal_cdf"), r"\Phi"),
    Function("normal_pdf", "elementwise", 1, 1, ("phi", "normpdf", "normal_pdf"), r"\phi"),
    Function("gamma", "elementwise", 1, 1, ("Gamma", "tgamma"), r"\Gamma"),
    Function("lgamma", "elementwise", 1, 1, ("lgamma", "gammaln", "loggamma", "lngamma"), r"\operatorname{lgamma}"),
    Function("digamma", "elementwise", 1, 1, ("digamma", "psi"), r"\psi"),
    Function("trigamma", "elementwise", 1, 1, ("trigamma",), r"\operatorname{trigamma}"),
    Function("polygamma", "elementwise", 2, 2, ("polygamma",), r"\operatorname{polygamma}"),
    Function("max", "elementwise", 1, None, ("max", "maximum"), r"\max"),
    Function("min", "elementwise", 1, None, ("min", "minimum"), r"\min"),
    Function("where", "elementwise", 3, 3, ("where",), r"\operatorname{where}"),
)
_ARRAYS = (
    Function("softmax", "array", 1, 1, ("softmax",), r"\operatorname{softmax}"),
    Function("log_softmax", "array", 1, 1, ("log_softmax", "logsoftmax"), r"\operatorname{logsoftmax}"),
    Function("logsumexp", "array", 1, 1, ("logsumexp",), r"\operatorname{logsumexp}"),
    Function("norm", "array", 1, 2, ("norm",), r"\operatorname{norm}"),
    Function("inner", "array", 2, 2, ("inner", "vdot"), r"\operatorname{inner}"),
    Function("dot", "array", 2, 2, ("dot", "matmul", "mm"), r"\operatorname{dot}"),
    Function("outer", "array", 2, 2, ("outer",), r"\operatorname{outer}"),
    Function("multiply", "array", 2, 2, ("multiply",), r"\operatorname{multiply}"),
    Function("take", "array", 2, 2, ("take",), r"\operatorname{take}"),
    Function("entries", "array", 2, 5, ("entries",), r"\operatorname{entries}"),
    Function("expand_dims", "array", 2, 2, ("expand_dims",), r"\operatorname{expand\_dims}"),
    Function("broadcast", "array", 2, 2, ("broadcast",), r"\operatorname{broadcast}"),
    Function("sliced", "array", 4, 5, ("sliced",), r"\operatorname{sliced}"),
    Function("stacked", "array", 1, None, ("stacked",), r"\operatorname{stacked}"),
    Function("concatenated", "array", 2, None, ("concatenated",), r"\operatorname{concatenated}"),
    Function("reshaped", "array", 2, 5, ("reshaped",), r"\operatorname{reshaped}"),
    Function("permuted", "array", 2, 5, ("permuted",), r"\operatorname{permuted}"),
    Function("convolved", "array", 2, 3, ("convolved",), r"\operatorname{convolved}"),
    Function("vec", "array", 1, 2, ("vec",), r"\operatorname{vec}"),
    Function("kron", "array", 2, 2, ("kron",), r"\operatorname{kron}"),
    Function("diag", "array", 1, 1, ("diag",), r"\operatorname{diag}"),
    Function("argmax", "array", 1, 1, ("argmax",), r"\operatorname{argmax}"),
    Function("trace", "array", 1, 1, ("trace", "tr"), r"\operatorname{tr}"),
    Function("inv", "array", 1, 1, ("inv", "inverse"), r"\operatorname{inv}"),
    Function("det", "array", 1, 1, ("det",), r"\operatorname{det}"),
    Function("logdet", "array", 1, 1, ("logdet",), r"\operatorname{logdet}"),
    Function("total", "array", 1, 3, ("sum", "total"), r"\operatorname{sum}"),
    Function("mean", "array", 1, 3, ("mean", "avg", "average"), r"\operatorname{mean}"),
    Function("ones", "array", 0, 2, ("ones",), r"\mathbf{1}"),
    Function("identity", "array", 0, 1, ("identity", "eye"), "I"),
)

FUNCTIONS = MappingProxyType({row.name: row for row in (*_OPERATORS, *_CONDITIONS, *_ELEMENTWISE, *_ARRAYS)})
SPELLINGS = MappingProxyType({spelling: row.name for row in FUNCTIONS.values() for spelling in row.spellings})
CONSTANTS = MappingProxyType({"e": "e", "pi": "π"})
# spellings that are names where no bracket follows
BRACKET_ONLY = frozenset(
    (
        *("sigma", "phi", "Phi", "psi", "Gamma", "tr", "step", "ind", "where1"),
        *("mean", "avg", "average", "sum", "total", "take", "entries"),
        *("expand_dims", "broadcast", "sliced", "stacked", "concatenated", "reshaped", "permuted", "convolved"),
        *("ones", "eye", "inner", "outer", "dot", "mm", "multiply", "norm", "where", "tg", "lg", "transpose"),
        *("square", "identity", "kron_delta", "max", "min", "maximum", "minimum", "pow", "power"),
        *("undefined", "nan", "dne", "inv", "inverse", "det", "argmax", "vec", "kron"),
    )
)
