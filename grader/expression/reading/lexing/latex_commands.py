r"""What each LaTeX command means: a token (``\cdot`` is a joint), dress to drop, or a reason to stop."""

from __future__ import annotations

from grader.expression.language.functions import SPELLINGS
from grader.expression.language.words import GREEK
from grader.expression.reading.lexing.tokens import VARIANTS

COMMANDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("cdot", "bullet", "cdotp", "centerdot"), ("joint", "cdot")),
    "oslash": ("/", "/"),
    **dict.fromkeys(("circ", "odot", "bigodot", "bigcirc"), ("joint", "circ")),
    **dict.fromkeys(("ast", "star", "*"), ("joint", "*")),
    "times": ("joint", "times"),
    "otimes": ("joint", "otimes"),
    "div": ("/", "/"),
    "slash": ("/", "/"),
    **dict.fromkeys(("mod", "bmod"), ("mod", "mod")),
    **dict.fromkeys(("degree", "textdegree"), ("°", "°")),
    **dict.fromkeys(("le", "leq", "leqslant", "leqq"), ("rel", "le")),
    **dict.fromkeys(("ge", "geq", "geqslant", "geqq"), ("rel", "ge")),
    **dict.fromkeys(("ne", "neq"), ("rel", "ne")),
    "lt": ("rel", "lt"),
    "gt": ("rel", "gt"),
    "in": ("rel", "in"),
    **dict.fromkeys(("setminus", "smallsetminus"), ("setminus", "setminus")),
    **dict.fromkeys(("approx", "simeq", "cong", "thickapprox", "doteq"), ("=", "approx")),
    **dict.fromkeys(("equiv", "triangleq", "eq"), ("=", "=")),
    **dict.fromkeys(("coloneqq", "coloneq", "leftarrow", "gets", "longleftarrow"), ("=", ":=")),
    **dict.fromkeys(("land", "wedge"), ("logic", "and")),
    **dict.fromkeys(("lor", "vee"), ("logic", "or")),
    **dict.fromkeys(("lnot", "neg"), ("logic", "not")),
    "sum": ("sum", "sum"),
    "prod": ("sum", "prod"),
    "partial": ("partial", "∂"),
    **dict.fromkeys(("nabla", "triangledown", "bigtriangledown", "grad"), ("nabla", "∇")),
    "infty": ("inf", "∞"),
    "det": ("det", "det"),
    "exponentialE": ("name", "e"),  # as the editor MathLive writes it
    **{name: ("binom", name) for name in ("binom", "dbinom", "tbinom")},
    **{name: ("frac", name) for name in ("frac", "dfrac", "tfrac", "cfrac")},
    "sqrt": ("sqrt", "sqrt"),
    "over": ("over", "over"),
    "prime": ("'", "'"),
    **dict.fromkeys(("top", "intercal", "transpose", "transp", "tran"), ("name", "⊤")),
    "lvert": ("(", "|"),
    "rvert": (")", "|"),
    "lVert": ("(", "‖"),
    "rVert": (")", "‖"),
    "langle": ("(", "⟨"),
    "llbracket": ("(", "["),
    "rrbracket": (")", "]"),
    "rangle": (")", "⟩"),
    "lbrack": ("(", "["),
    "rbrack": (")", "]"),
    "lbrace": ("(", r"\{"),
    "rbrace": (")", r"\}"),
    "lparen": ("(", "("),
    "rparen": (")", ")"),
    "{": ("(", r"\{"),
    "}": (")", r"\}"),
    "vert": ("|", "|"),
    "mid": ("|", "|"),
    "forall": ("key", "for"),
    "Vert": ("‖", "‖"),
    "|": ("‖", "‖"),
    "_": ("_", "_"),
    "%": ("%", "%"),
    "colon": (":", ":"),
    "quad": ("quad", "quad"),
    "qquad": ("quad", "quad"),
    "newline": ("row", "row"),
    "cr": ("row", "row"),
    "\\": ("row", "row"),
    **{name: ("start", name) for name in ("implies", "Rightarrow", "therefore", "Longrightarrow", "iff")},
    **{name: ("start", name) for name in ("Leftrightarrow", "to", "rightarrow", "longrightarrow", "because")},
    **{name: ("dots", name) for name in ("ldots", "cdots", "dots", "vdots", "ddots", "dotsb", "dotsc")},
    **{name: ("name", name) for name in (*GREEK, "ell", "hbar")},
    **{name: ("name", plain.removeprefix("var")) for name, plain in zip(VARIANTS, VARIANTS, strict=True)},
    **{
        name: ("fn", SPELLINGS[name])
        for name in (
            *("exp", "log", "ln", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "tg"),
            *("arcsin", "arccos", "arctan", "max", "min", "sech", "csch", "sign", "sgn", "erf", "diag", "tr"),
            *("trace", "softmax", "sigmoid", "relu", "abs", "norm"),
        )
    },
    "ReLU": ("fn", "relu"),
    "lg": ("fn", "log10"),
    "Sigmoid": ("fn", "sigmoid"),
    "Softmax": ("fn", "softmax"),
    "Tr": ("fn", "trace"),
}


SPACING = frozenset(
    (
        *(
            *",;:!> -/",
            "\n",
            "\t",
            "displaystyle",
            "textstyle",
            "scriptstyle",
            "limits",
            "nolimits",
            "nonumber",
            "notag",
        ),
        *("left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr"),
        *("Biggl", "Biggr", "bigm", "Bigm", "rm", "bf", "it", "cal", "sf", "tt", "mathstrut", "strut", "noindent"),
        *("mleft", "mright"),
        *("centering", "allowbreak", "thinspace", "enspace", "small", "large", "Large", "normalsize", "hfill"),
        *("hline", "par", "relax", "square", "blacksquare", "substack", "allowdisplaybreaks", "ensuremath", "qed"),
        *("mathop", "mathrel", "mathbin", "mathord", "mathopen", "mathclose", "thickspace", "medspace"),
        *(
            "negthinspace",
            "negmedspace",
            "negthickspace",
            "mathnormal",
            "mathdefault",
            "leavevmode",
            "smallskip",
            "medskip",
            "bigskip",
        ),
    )
)


# what says which side a bar behind it is
SIDES = frozenset(("left", "right", *("bigl", "bigr", "Bigl", "Bigr"), *("biggl", "biggr", "Biggl", "Biggr")))


FONTS = frozenset(
    [
        "mathbf",
        "bm",
        "boldsymbol",
        "mathcal",
        "mathbb",
        "mathds",
        "mathbbm",
        "mathsf",
        "mathit",
        "mathfrak",
        "mathscr",
        "pmb",
        "mathtt",
        "symbf",
    ]
)


WORDS = frozenset(
    [
        "text",
        "textrm",
        "textbf",
        "textit",
        "textsf",
        "texttt",
        "mbox",
        "mathrm",
        "operatorname",
        "textnormal",
        "textup",
        "hbox",
    ]
)


UNWRAP = frozenset(
    ["boxed", "fbox", "framebox", "underbrace", "overbrace", "textcolor", "colorbox", "underset", "overset"]
)


SKIP_ARGUMENT = frozenset(
    [
        "label",
        "tag",
        "hspace",
        "vspace",
        "phantom",
        "hphantom",
        "vphantom",
        "color",
        "ref",
        "eqref",
        "cite",
        "kern",
        "hskip",
    ]
)


CASES = frozenset(["cases", "dcases", "rcases", "drcases", "numcases"])


MATRICES = frozenset(
    ["bmatrix", "pmatrix", "matrix", "vmatrix", "Bmatrix", "smallmatrix", "array", "psmallmatrix", "bsmallmatrix"]
)


DRESS = frozenset(
    [
        "align",
        "aligned",
        "equation",
        "split",
        "gather",
        "gathered",
        "multline",
        "eqnarray",
        "flalign",
        "alignat",
        "alignedat",
        "displaymath",
        "math",
        "center",
        "document",
        "tabular",
        "subequations",
        "proof",
        "itemize",
        "enumerate",
    ]
)
