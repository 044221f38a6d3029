"""Elementwise ops at NaN, infinities, zeros of both signs and far from 0: values, and gradients where PyTorch's hold."""
import numpy as np
import torch

from elementwise import BINARY, UNARY
from record import by_numpy, case, f64

INF = float("inf")
NAN = float("nan")
SPECIAL = [NAN, INF, -INF, 0.0, -0.0]

# Signs of zeros in results: fixed by IEEE 754 or by the function being odd. sign, and max and min of 0 and -0, are
# not promised any.
ZEROS = {
    *(
        "neg",
        "sqrt",
        "square",
        "abs",
        "sin",
        "tan",
        "asin",
        "atan",
        "sinh",
        "tanh",
        "erf",
        "floor",
        "ceil",
        "round",
    ),
    *("expm1", "log1p", "reciprocal", "add", "sub", "mul", "div", "atan2", "remainder", "floorDivide"),
}
# Where NumPy and PyTorch differ the contract (and IEEE 754) sides with NumPy: sign(NaN) is NaN, not 0; a remainder of 0
# has the sign of the divisor, not of the dividend.
NUMPY = {"sign": by_numpy(np.sign), "remainder": by_numpy(np.remainder)}
# Values alone, and why: what PyTorch's derivatives say there is not what ours promise.
VALUES_ALONE = {
    "sign": "by NumPy",
    "remainder": "by NumPy",
    "abs": "PyTorch has 0 at NaN, ours NaN",
    "elu": "PyTorch has 1 at NaN, ours NaN",
    "gelu": "PyTorch has NaN at infinity, ours the limit 1",
    "rsqrt": "at -0 the sign of the infinity differs; 0 follows below",
    "atan2": "x / (x^2 + y^2) overflows in PyTorch, ours does not",
    "pow": "0 log 0 is masked in other places",
}


def write():
    for op, (reference, _) in UNARY.items():
        order = 0 if op in VALUES_ALONE else 1
        reference = NUMPY.get(op, reference)
        case(op, reference, [f64(SPECIAL)], note="special", order=order, zeros=op in ZEROS)
    pairs = [f64([[x] for x in SPECIAL + [1.5, -1.5]]), f64(SPECIAL + [1.5, -2])]
    for op, (reference, _) in BINARY.items():
        reference = NUMPY.get(op, reference)
        order = 0 if op in VALUES_ALONE or op in ("div", "mul", "add", "sub") else 1
        case(op, reference, pairs, note="special", order=order, zeros=op in ZEROS)
    special = [f64(SPECIAL)]
    case("clamp", lambda x: torch.clamp(x, -1, 1), special, args=[-1, 1], note="special", order=1)
    case("rsqrt", torch.rsqrt, [f64([0.0, INF])], note="0 and Infinity", order=1)
    none = {"approximate": "none"}
    case("gelu", torch.nn.functional.gelu, special, args=[none], note="special, none", order=0)
    far()


def far():
    """Where naive formulas overflow, underflow or cancel. One record per size, since tolerances follow the largest value."""
    points = {
        "exp": [[-745.5, -700], [709.5], [-746, 710]],
        "log": [[1e-310, 1e308], [1.0000000001]],
        "log1p": [[1e-20, 1e-9], [1e300]],
        "expm1": [[1e-20, 1e-9], [-50, 50]],
        "sqrt": [[1e-300], [1e300]],
        "rsqrt": [[1e-300], [1e300]],
        "sinh": [[1e-20], [700]],
        "cosh": [[1e-20], [700]],
        "tanh": [[1e-20], [9, -9]],
        "sigmoid": [[-700], [700], [-40, 40]],
        "softplus": [[-40], [40], [-700, 1000]],
        "elu": [[-1e-9], [-30]],
        "atan": [[1e300], [1e-20]],
        "sin": [[1e5, -3e4], [1e15]],
        "cos": [[1e5, -3e4], [1e15]],
        "tan": [[1e5, 1.57]],
        "erf": [[1e-10], [5, -5]],
        "silu": [[-30], [40, -700]],
        "gelu": [[-5], [5], [-8, 12]],
    }
    # PyTorch's elu is e^x - 1, its gelu 1 + tanh: formulas that do not cancel.
    better = {
        "elu": lambda x: torch.where(x > 0, x, torch.expm1(x)),
        "gelu": lambda x: x * torch.sigmoid(2 * (2 / torch.pi) ** 0.5 * (x + 0.044715 * x**3)),
    }
    normal = lambda x: x * torch.special.erfc(-x / 2**0.5) / 2
    for x in (-5, -20, -37, 9):
        # The rounding of x / sqrt(2) comes out of erfc x^2 times as large.
        args, roundings = [{"approximate": "none"}], 4 + x * x
        case("gelu", normal, [f64([x])], args=args, note=f"none, far {x}", order=0, roundings=roundings)
    # Far out PyTorch's own derivatives lose digits to cancellation (1 - tanh^2), or the formulas differ.
    alone = {"elu", "tanh", "gelu", "sigmoid", "silu", "erf", "tan"}
    for op, groups in points.items():
        for at in groups:
            case(op, better.get(op, UNARY[op][0]), [f64(at)], note=f"far {at}", order=0 if op in alone else 1)
