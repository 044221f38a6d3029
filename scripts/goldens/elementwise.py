"""Elementwise ops: broadcasting, kinks, ties, integers. Special values are in elementwise_special.py."""
import numpy as np
import torch
import torch.nn.functional as F

from record import boolean, case, f64, i32, mask, real, whole

INF = float("inf")


def write():
    arithmetic()
    binary_kinks()
    functions()
    activations()
    kinks()
    comparisons()
    logic()
    choices()


BINARY = {
    "add": (torch.add, (-2, 2)),
    "sub": (torch.sub, (-2, 2)),
    "mul": (torch.mul, (-2, 2)),
    "div": (torch.div, (0.4, 3)),
    "pow": (torch.pow, (0.3, 2.5)),
    "maximum": (torch.maximum, (-2, 2)),
    "minimum": (torch.minimum, (-2, 2)),
    "remainder": (torch.remainder, (0.3, 3)),
    "floorDivide": (lambda a, b: torch.div(a, b, rounding_mode="floor"), (0.3, 3)),
    "atan2": (torch.atan2, (-2, 2)),
}
SHAPES = [((3,), (3,)), ((2, 1), (2,)), ((2,), ()), ((2, 0), (1,)), ((1, 2), (2, 1, 1))]


def arithmetic():
    for op, (reference, (low, high)) in BINARY.items():
        for a, b in SHAPES:
            case(op, reference, [real(a, low, high), real(b, low, high)], note=f"{list(a)} {list(b)}")
        number = 1.5
        case(
            op,
            lambda x: reference(x, f64(number)),
            [real((2,), low, high)],
            args=[number],
            note="[2] a number",
        )
        if op not in ("maximum", "minimum", "atan2"):
            case(
                op,
                lambda x: reference(f64(number), x),
                [real((2,), low, high)],
                call=[number, "$0"],
                note="[2] number first",
            )
    numbers = [whole((2, 3)), i32([[2], [-3]])]
    for op in ("add", "sub", "mul", "maximum", "minimum", "remainder", "floorDivide"):
        case(op, BINARY[op][0], numbers, order=0, note="int32")
    case("mul", lambda x: torch.mul(x, x), [real((3,))], call=["$0", "$0"], note="twice the same")
    case("div", lambda x: torch.div(x, x), [real((3,))], call=["$0", "$0"], note="twice the same", scale=1)
    case("remainder", torch.remainder, [f64([-3.5, 3.5, -3.5, 3.5, 6]), f64([2, -2, -2, 2, 3])], note="signs")
    floor = BINARY["floorDivide"][0]
    case("floorDivide", floor, [f64([-3.5, 3.5, -3.5, 3.5, 6]), f64([2, -2, -2, 2, 3])], note="signs")


def binary_kinks():
    ties = [f64([1, 2, 3, -1]), f64([1, 3, 2, -1])]
    case("maximum", torch.maximum, ties, note="ties")
    case("minimum", torch.minimum, ties, note="ties")
    case("maximum", lambda x: torch.maximum(x, x), [real((3,))], call=["$0", "$0"], note="twice the same")
    case("pow", torch.pow, [f64([-2, -1.5, -3]), f64([3, 2, -2])], note="negative base", order=0)
    for exponent in (2, 3, -1, 0, 1, 0.5):
        base = real((3,), 0.2, 2) if exponent == 0.5 else real((3,))
        case("pow", lambda x: torch.pow(x, exponent), [base], args=[exponent], note=f"[3] power {exponent}")
    case("pow", lambda x: torch.pow(x, 2), [f64([0.0, -1.5])], args=[2], note="zero base, power 2")
    case("pow", lambda x: torch.pow(x, 1), [f64([0.0, -1.5])], args=[1], note="zero base, power 1", order=1)
    case("pow", lambda x: torch.pow(x, 0), [f64([0.0, -1.5])], args=[0], note="zero base, power 0", order=1)
    case("pow", torch.pow, [f64([0, 0, 2, 0, 0]), f64([2, 1, 0, 0, -1])], note="zero base, tensors", order=1)
    case("atan2", torch.atan2, [f64([1, -1, 0, 0]), f64([0, 0, 2, -2])], note="on the axes")


UNARY = {
    "neg": (torch.neg, (-2, 2)),
    "exp": (torch.exp, (-3, 3)),
    "log": (torch.log, (0.1, 4)),
    "log1p": (torch.log1p, (-0.8, 3)),
    "expm1": (torch.expm1, (-2, 2)),
    "sqrt": (torch.sqrt, (0.1, 4)),
    "rsqrt": (torch.rsqrt, (0.1, 4)),
    "reciprocal": (torch.reciprocal, (0.3, 4)),
    "square": (torch.square, (-3, 3)),
    "abs": (torch.abs, (-3, 3)),
    "sign": (torch.sign, (-3, 3)),
    "sin": (torch.sin, (-7, 7)),
    "cos": (torch.cos, (-7, 7)),
    "tan": (torch.tan, (-1.3, 1.3)),
    "asin": (torch.asin, (-0.9, 0.9)),
    "acos": (torch.acos, (-0.9, 0.9)),
    "atan": (torch.atan, (-4, 4)),
    "sinh": (torch.sinh, (-3, 3)),
    "cosh": (torch.cosh, (-3, 3)),
    "tanh": (torch.tanh, (-2, 2)),
    "sigmoid": (torch.sigmoid, (-4, 4)),
    "erf": (torch.erf, (-2, 2)),
    "floor": (torch.floor, (-3, 3)),
    "ceil": (torch.ceil, (-3, 3)),
    "round": (torch.round, (-3, 3)),
    "relu": (torch.relu, (-3, 3)),
    "leakyRelu": (F.leaky_relu, (-3, 3)),
    "elu": (F.elu, (-3, 3)),
    # x above the threshold, which by default is 20, where the formula still differs from x.
    "softplus": (lambda x: F.softplus(x, threshold=700), (-4, 4)),
    "silu": (F.silu, (-4, 4)),
    "gelu": (lambda x: F.gelu(x, approximate="tanh"), (-3, 3)),
}
# These PyTorch computes as differences of numbers close to each other: 1 - tanh(x)^2, 1 + erf(x).
CANCELS = {"tanh": 32, "gelu": 64}


def functions():
    for op, (reference, (low, high)) in UNARY.items():
        case(op, reference, [real((4,), low, high)], note="[4]", roundings=CANCELS.get(op))
        case(op, reference, [real((), low, high)], note="[]", roundings=CANCELS.get(op))
        case(op, reference, [real((0,), low, high)], note="[0]")
    for op in ("neg", "square", "abs", "sign", "floor", "ceil", "round", "relu"):
        case(op, UNARY[op][0], [i32([-3, 0, 2, 7])], order=0, note="int32")


def activations():
    for slope in (0.2, -0.5):
        case("leakyRelu", lambda x: F.leaky_relu(x, slope), [real((4,))], args=[slope], note=f"slope {slope}")
    for alpha in (0.5, 2):
        case("elu", lambda x: F.elu(x, alpha), [real((4,))], args=[alpha], note=f"alpha {alpha}")
    gelu = [real((4,), -3, 3)]
    case("gelu", F.gelu, gelu, args=[{"approximate": "none"}], note="[4] none", roundings=64)
    case("gelu", UNARY["gelu"][0], gelu, args=[{"approximate": "tanh"}], note="[4] tanh", roundings=64)


def kinks():
    at = f64([-1.0, 0.0, 1.0])
    for op in ("abs", "sign", "relu", "leakyRelu", "floor", "ceil"):
        case(op, UNARY[op][0], [at], note="at the kink")
    case("elu", F.elu, [at], note="at the kink", order=1)
    case("round", torch.round, [f64([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])], note="halves")
    edges = [f64([-2, -1, 0, 1, 2])]
    case("clamp", lambda x: torch.clamp(x, -1, 1), edges, args=[-1, 1], note="at the bounds")
    case("clamp", lambda x: torch.clamp(x, -0.5, 0.75), [real((2, 3))], args=[-0.5, 0.75])
    case("clamp", lambda x: torch.clamp(x, min=0.25), [real((4,))], args=[0.25, INF], note="below only")
    case("clamp", lambda x: torch.clamp(x, max=0.25), [real((4,))], args=[-INF, 0.25], note="above only")
    case("clamp", lambda x: torch.clamp(x, -2, 3), [whole((2, 4), -6, 6)], args=[-2, 3], order=0, note="int32")
    case("clamp", lambda x: torch.clamp(x, -1, 1), [real((0, 3))], args=[-1, 1], note="empty")


COMPARISONS = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}


def comparisons():
    nan = float("nan")
    for op, reference in COMPARISONS.items():
        case(op, reference, [f64([[1, 2, nan], [INF, -INF, 0.0]]), f64([1, INF, nan])], order=0, note="special")
        case(op, reference, [f64([0.0, -0.0, INF]), f64([-0.0, -1, INF])], order=0, note="ties")
        case(op, reference, [whole((2, 3), -1, 1), whole((3,), -1, 1)], order=0, note="int32")
        case(op, reference, [mask(2, 1), boolean([True, False])], order=0, note="bool")
        case(op, lambda x: reference(x, 0.5), [f64([0, 0.5, 1])], args=[0.5], order=0, note="a number")
        case(op, reference, [real((0,)), real((1,))], order=0, note="empty")


def logic():
    table = [boolean([[False], [True]]), boolean([False, True])]
    case("logicalAnd", torch.logical_and, table, order=0)
    case("logicalOr", torch.logical_or, table, order=0)
    case("logicalAnd", torch.logical_and, [mask(0, 2), mask(1)], order=0, note="empty")
    case("logicalOr", torch.logical_or, [mask(0, 2), mask(1)], order=0, note="empty")
    case("logicalNot", torch.logical_not, [boolean([False, True])], order=0)
    case("logicalNot", torch.logical_not, [boolean(True)], order=0, note="0-d")
    special = [f64([[0, -0.0, 1], [float("nan"), INF, -INF]])]
    case("isNaN", torch.isnan, special, order=0)
    case("isFinite", torch.isfinite, special, order=0)
    case("isNaN", torch.isnan, [i32([0, 3])], order=0, note="int32")
    case("isFinite", torch.isfinite, [boolean([True, False])], order=0, note="bool")
    closeness()


def closeness():
    nan = float("nan")
    for note, a, b in (
        ("just inside", [1, 2], [1, 2.00002]),
        ("just outside", [1, 2], [1, 2.00003]),
        ("relative to the second", [100000, 0], [100001, 0]),
        ("NaN", [1, nan], [1, nan]),
        ("infinities", [INF, -INF], [INF, -INF]),
        ("infinities of two signs", [INF], [-INF]),
        ("an infinity and a number", [INF], [1e300]),
        ("broadcast", [[1, 1], [1, 1]], [1, 1]),
        ("empty", [], []),
    ):
        case("allClose", close(a, b), [f64(a), f64(b)], order=0, note=note)
    options = {"rtol": 0.1, "atol": 0}
    case(
        "allClose",
        close([1], [1.05], **options),
        [f64([1]), f64([1.05])],
        args=[options],
        order=0,
        note="rtol",
    )
    options = {"rtol": 0, "atol": 0.01}
    case(
        "allClose",
        close([1], [1.05], **options),
        [f64([1]), f64([1.05])],
        args=[options],
        order=0,
        note="atol",
    )


def close(a, b, **options):
    return lambda *_: bool(np.allclose(np.array(a, float), np.array(b, float), **options))


def choices():
    case("where", torch.where, [mask(2, 3), real((2, 3)), real((2, 3))])
    case("where", torch.where, [mask(2, 1), real((3,)), real(())], note="broadcast")
    case(
        "where",
        lambda c, x: torch.where(c, x, f64(0.5)),
        [mask(3), real((3,))],
        call=["$0", "$1", 0.5],
        note="a number",
    )
    case("where", torch.where, [mask(4), whole((4,)), whole((4,))], order=0, note="int32")
    case("where", torch.where, [mask(0, 2), real((2,)), real((1,))], note="empty")
    nan = float("nan")
    case("where", torch.where, [boolean([True, False]), f64([1, nan]), f64([nan, 2])], note="NaN not chosen")
    case("maskedFill", lambda x, m: x.masked_fill(m, -1.5), [real((2, 3)), mask(2, 3)], args=[-1.5])
    case(
        "maskedFill",
        lambda x, m: x.masked_fill(m, 2),
        [real((2, 3)), mask(3)],
        args=[2],
        note="broadcast mask",
    )
    case(
        "maskedFill",
        lambda x, m: x.masked_fill(m, -INF),
        [real((3,)), mask(3)],
        args=[-INF],
        note="-Infinity",
    )
    case(
        "maskedFill",
        lambda x, m: x.masked_fill(m, 9),
        [whole((4,)), mask(4)],
        args=[9],
        order=0,
        note="int32",
    )
    case("maskedFill", lambda x, m: x.masked_fill(m, 9), [real((0,)), mask(0)], args=[9], note="empty")
