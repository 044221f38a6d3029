"""Reductions, softmax and its kin, running sums and products."""
import math

import torch

from record import boolean, by_numpy, case, f64, mask, real, whole

INF = float("inf")
NAN = float("nan")
KEEP = {"keepdims": True}


def along(f):
    """f(x, dims, keepdim) over the axes: an int, a list, or None for all."""

    def reduce(x, axis=None, keepdims=False):
        dims = list(range(x.dim())) if axis is None else [axis] if isinstance(axis, int) else list(axis)
        return f(x, tuple(dims), keepdims)

    return reduce


def product(x, dims, keepdim):
    """torch.prod takes one axis: from the last on."""
    for dim in sorted((d % max(x.dim(), 1) for d in dims), reverse=True):
        x = torch.prod(x, dim, keepdim=keepdim)
    return x


def spread(x, dims, keepdim, correction=0):
    n = math.prod(x.shape[d] for d in dims)
    return ((x - x.mean(dims, keepdim=True)) ** 2).sum(dims, keepdim=keepdim) / (n - correction)


def unit(f):
    """PyTorch takes no axes to mean all of them; we (and NumPy) take them to mean none."""
    return lambda x, dims, keepdim: f(x.unsqueeze(0), (0,), False) if len(dims) == 0 else f(x, dims, keepdim)


REDUCTIONS = {
    "sum": along(unit(lambda x, d, k: torch.sum(x, d, keepdim=k))),
    "mean": along(unit(lambda x, d, k: torch.mean(x, d, keepdim=k))),
    "prod": along(product),
    "max": along(unit(lambda x, d, k: torch.amax(x, d, keepdim=k))),
    "min": along(unit(lambda x, d, k: torch.amin(x, d, keepdim=k))),
    "variance": along(unit(lambda x, d, k: torch.var(x, d, unbiased=False, keepdim=k))),
    "std": along(unit(lambda x, d, k: torch.std(x, d, unbiased=False, keepdim=k))),
    "logsumexp": along(unit(lambda x, d, k: torch.logsumexp(x, d, keepdim=k))),
    "norm": along(unit(lambda x, d, k: torch.linalg.vector_norm(x, 2, d, keepdim=k))),
}
FORMS = [
    ("[2, 2]", (2, 2), []),
    ("[3, 2] 0", (3, 2), [0]),
    ("[2, 3] -1 keepdims", (2, 3), [-1, KEEP]),
    ("[2, 2, 2]", (2, 2, 2), [[0, -1]]),
    ("[2, 1, 2] keepdims", (2, 1, 2), [[2, 0], KEEP]),
    ("no axes", (3,), [[]]),
    ("[]", (), []),
    ("[3, 1] 1", (3, 1), [1]),
    ("[0, 2] 1", (0, 2), [1]),
]
# Elements without any spread have no standard deviation to differentiate.
# e^(x - y) with x and y near 1000, each right to half a rounding of 1000.
LARGE = 2048
SKIP = {("std", "no axes"), ("std", "[]"), ("std", "[3, 1] 1")}


def write():
    for op, reference in REDUCTIONS.items():
        for note, shape, args in FORMS:
            if (op, note) in SKIP:
                continue
            options = args[1] if len(args) > 1 else {}
            axis = args[0] if args else None
            f = lambda x: reference(x, axis, options.get("keepdims", False))
            case(op, f, [real(shape)], args=args, note=note, roundings=64 if op == "std" else None)
    empty()
    corrections()
    ties()
    special()
    integers()
    positions()
    softmax()
    scans()


def empty():
    for op in ("sum", "prod", "norm"):
        case(op, lambda x: REDUCTIONS[op](x, 0), [real((0, 2))], args=[0], note="of nothing")
    case(
        "logsumexp",
        lambda x: REDUCTIONS["logsumexp"](x, 0),
        [real((0, 2))],
        args=[0],
        note="of nothing",
        order=1,
    )


def corrections():
    sample = {"correction": 1}
    case(
        "variance",
        lambda x: torch.var(x, unbiased=True),
        [real((4,))],
        call=["$0", None, sample],
        note="sample",
    )
    case(
        "std",
        lambda x: torch.std(x, unbiased=True),
        [real((4,))],
        call=["$0", None, sample],
        note="sample",
        roundings=64,
    )
    for axis, correction in ((0, 1.5), ([0, 1], 2), (-1, -1)):
        dims = tuple([axis] if isinstance(axis, int) else axis)
        for op, outer in (("variance", lambda v: v), ("std", torch.sqrt)):
            case(
                op,
                lambda x: outer(spread(x, dims, True, correction)),
                [real((3, 2))],
                args=[axis, {"keepdims": True, "correction": correction}],
                note=f"correction {correction}",
                roundings=64,
            )


def ties():
    tied = f64([[1, 3, 3], [2, 2, 2], [0.5, 0, 0.5]])
    for op in ("max", "min"):
        case(op, lambda x: REDUCTIONS[op](x, 1), [tied], args=[1], note="ties")
        case(op, lambda x: REDUCTIONS[op](x), [tied], note="ties over all")
    zeros = f64([[0, 2, 3], [0, 4, 0], [1, 5, 2]])
    case("prod", lambda x: torch.prod(x, 1), [zeros], args=[1], note="zeros", order=2)
    case("prod", lambda x: product(x, (0, 1), False), [f64([[0, 2], [3, 0.5]])], note="a zero over all")
    norms = lambda x: REDUCTIONS["norm"](x, 1)
    case("norm", norms, [f64([[0, 0], [3, -4], [0, 2]])], args=[1], note="at 0", order=1)
    case("norm", lambda x: REDUCTIONS["norm"](x), [f64(0.0)], note="at 0, 0-d", order=1)
    case("norm", lambda x: REDUCTIONS["norm"](x), [f64([3e-7, 4e-7])], note="small", roundings=64)


def special():
    rows = f64([[1, NAN, 2], [INF, 1, 2], [-INF, 1, 2], [INF, -INF, 1]])
    for op in ("sum", "mean", "prod", "max", "min", "norm", "logsumexp"):
        case(op, lambda x: REDUCTIONS[op](x, 1), [rows], args=[1], note="special", order=0)
    case("variance", lambda x: REDUCTIONS["variance"](x, 1), [rows], args=[1], note="special", order=0)
    case("std", lambda x: REDUCTIONS["std"](x, 1), [rows], args=[1], note="special", order=0)
    for op in ("sum", "mean", "max", "min"):
        case(
            op,
            lambda x: REDUCTIONS[op](x, 0),
            [f64([[INF, 2], [1, -INF]])],
            args=[0],
            note="infinities",
            order=1,
        )


def integers():
    numbers, bools = [whole((2, 3))], [mask(2, 3)]
    for op in ("sum", "prod", "max", "min"):
        case(op, lambda x: REDUCTIONS[op](x, 1), numbers, args=[1], note="int32", order=0)
    for op in ("sum", "prod"):
        case(op, lambda x: REDUCTIONS[op](x, 0), bools, args=[0], note="bool", order=0)
    # Contract: float32.
    mean = lambda x: torch.mean(x.to(torch.float32), 1)
    case("mean", mean, numbers, args=[1], note="int32", order=0)
    case("mean", mean, bools, args=[1], note="bool", order=0)
    for op, reference in (("any", torch.any), ("all", torch.all)):
        f = boolean([[True, False, True], [False, False, False], [True, True, True]])
        case(op, lambda x: reference(x), [f], order=0, note="over all elements")
        for axis in (0, -1):
            case(op, lambda x: reference(x, axis), [f], args=[axis], order=0, note=f"axis {axis}")
        kept = lambda x: getattr(x.numpy(), op)(axis=(0, 1), keepdims=True)
        case(op, lambda x: torch.from_numpy(kept(x)), [f], args=[[0, 1], KEEP], order=0, note="keepdims")
        case(op, lambda x: reference(x, 0), [mask(0, 2)], args=[0], order=0, note="of nothing")
        case(op, lambda x: reference(x), [boolean(True)], order=0, note="0-d")


def positions():
    # NumPy: the first of equal elements, the first NaN.
    rows = f64([[1, 3, 3], [2, 2, 2], [0, NAN, 9], [NAN, 1, NAN], [INF, -INF, INF]])
    for op in ("argmax", "argmin"):
        name = op

        def along_axis(axis):
            return by_numpy(lambda x: getattr(x, name)(axis))

        case(op, along_axis(1), [rows], args=[1], order=0, note="ties and NaN")
        case(op, along_axis(-2), [rows], args=[-2], order=0, note="axis -2")
        case(op, along_axis(None), [real((2, 3))], order=0, note="in the flattened tensor")
        case(op, along_axis(0), [whole((4, 2), -1, 1)], args=[0], order=0, note="int32")
        case(op, along_axis(None), [f64(2.5)], order=0, note="0-d")


def softmax():
    for op, reference in (("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)):
        for shape, axis in (((2, 3), 1), ((2, 3), 0), ((2, 2, 2), -2), ((3, 1), -1), ((0, 2), 1)):
            f = lambda x: reference(x, axis)
            case(op, f, [real(shape)], args=[axis], note=f"{list(shape)} axis {axis}", roundings=64)
        large = f64([[1000, 1001, 999], [-1000, -1001, -1000]])
        case(op, lambda x: reference(x, 1), [large], args=[1], note="large", order=1, roundings=LARGE)
        masked = f64([[-INF, 1, 2], [0, -INF, -INF]])
        case(op, lambda x: reference(x, 1), [masked], args=[1], note="-Infinity", order=1)
        odd = f64([[INF, 1, 2], [NAN, 1, 2], [-INF, -INF, -INF]])
        case(op, lambda x: reference(x, 1), [odd], args=[1], note="NaN and Infinity", order=0)
    log = REDUCTIONS["logsumexp"]
    case(
        "logsumexp",
        lambda x: log(x, 1),
        [f64([[1000, 1001], [-1000, -1001]])],
        args=[1],
        note="large",
        roundings=LARGE,
    )
    masked = f64([[-INF, 1, 2], [0, -INF, -INF]])
    case("logsumexp", lambda x: log(x, 1), [masked], args=[1], note="-Infinity", order=1)
    odd = f64([[INF, 1], [-INF, -INF]])
    case("logsumexp", lambda x: log(x, 1), [odd], args=[1], note="all -Infinity", order=0)


def scans():
    for op, reference in (("cumsum", torch.cumsum), ("cumprod", torch.cumprod)):
        for shape, axis in (((2, 3), 0), ((2, 4), -1), ((2, 2, 2), 1), ((0, 2), 0), ((1, 3), 0)):
            case(
                op,
                lambda x: reference(x, axis),
                [real(shape)],
                args=[axis],
                note=f"{list(shape)} axis {axis}",
            )
        case(op, lambda x: reference(x, 0), [f64([1, NAN, 2, INF])], args=[0], note="special", order=0)
        case(op, lambda x: reference(x, 1), [whole((2, 4))], args=[1], note="int32", order=0)
        case(op, lambda x: reference(x, 0), [mask(5)], args=[0], note="bool", order=0)
    zeros = f64([[2, 0, 3, 0.5], [0, 0, 1, 2], [1, 2, 3, 0]])
    case("cumprod", lambda x: torch.cumprod(x, 1), [zeros], args=[1], note="zeros", order=1)
    # PyTorch's second derivative divides by zeros; products written out do not.
    written = lambda x: torch.stack(
        [torch.stack([row[:1], row[:1] * row[1:2], row[:1] * row[1:2] * row[2:3]]).reshape(-1) for row in x]
    )
    case("cumprod", written, [f64([[2, 0, 3], [0, 0, 1]])], args=[1], note="zeros, second order", order=2)
