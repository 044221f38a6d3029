"""The cases of edges.py, family by family, each with NumPy's way to say it."""
import numpy as np

SHAPES = ["", "0", "1", "3", "2,0", "0,3", "1,1", "2,3", "2,1,3"]
FEW = ["", "0", "2,0", "2,1,3"]


def write_cases(case):
    elementwise(case)
    binary(case)
    reductions(case)
    along_an_axis(case)
    shapes(case)
    slices(case)
    joins(case)
    indices(case)
    algebra(case)
    constructors(case)


# ── elementwise ──────────────────────────────────────────────────────────────

UNARY = {
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "square": np.square,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "reciprocal": np.reciprocal,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "isNaN": np.isnan,
    "isFinite": np.isfinite,
    "logicalNot": np.logical_not,
}


def elementwise(case):
    for op, f in UNARY.items():
        for spec in ["d", "d0", "d2,0", "d2,1,3", "f3", "i", "i0", "i3", "b", "b0", "b3", "x8"]:
            case(op, [spec], [], f)
    for op in ["neg", "abs", "sign", "square"]:
        case(op, ["o8"], [], UNARY[op])
    for low, high in [(-1, 2), (2, -1), (0, 0)]:
        for spec in ["d", "d0", "d2,1,3", "i3", "b3", "x8"]:
            case("clamp", [spec], [low, high], lambda x: np.clip(x, low, high))
    case("clamp", ["i3"], [0.5, 2], lambda x: np.clip(x, 0.5, 2))
    for there in ["float32", "float64", "int32", "bool"]:
        for spec in ["d", "d0", "d8", "f3", "i", "i8", "b3", "o8"]:
            case("to", [spec], [there], lambda x: x.astype(there))


BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "remainder": np.remainder,
    "floorDivide": np.floor_divide,
    "atan2": np.arctan2,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "logicalAnd": np.logical_and,
    "logicalOr": np.logical_or,
}
PAIRS = ["|", "|0", "0|1", "0|3", "3|1", "2,1,3|2,3", "2,0|2,1", "2,0|0", "2,3|2", "0,3|3", "1,1|2,0", "2,3|2,1", "2,0|0,2"]


def binary(case):
    for op, f in BINARY.items():
        for pair in PAIRS if op in ("add", "eq") else ["|", "0|1", "0|3", "3|1", "2,3|2"]:
            a, b = pair.split("|")
            case(op, ["d" + a, "d" + b], [], f)
        for a, b in ["ff", "ii", "bb", "di", "df", "fi", "ib", "bd"]:
            case(op, [a + "3", b + "3"], [], f)
        for spec in ["i|", "i0|1", "b|", "b0|0"]:
            a, b = spec[1:].split("|")
            case(op, [spec[0] + a, spec[0] + b], [], f)
        case(op, ["i8", "i8"], [], f)
        case(op, ["x8", "x8"], [], f)
        case(op, ["x8", ["d", [0]]], [], f)
        case(op, ["o8", "o8"], [], f)
        case(op, ["o8", ["i1", [-1]]], [], f)
        case(op, ["i8", ["i2,1", [3, -3]]], [], f)
        for spec, other in [("d3", 2), ("i3", 2), ("i3", -1), ("i3", 0), ("i3", 0.5), ("b3", 1), ("b3", 2), ("f3", 0.1), ("d0", 2)]:
            case(op, [spec], [other], lambda x: f(x, other))
    for specs in ["b d d", "b3 d d3", "b2,1 d3 d1", "b0 d1 d", "b3 i3 i3", "b3 b3 b3", "b3 d3 i3", "b2 d3 d3", "i3 d3 d3"]:
        case("where", specs.split(), [], np.where)


# ── reductions ───────────────────────────────────────────────────────────────


def over(f, **fixed):
    """f with our axis (a number, a list, or null) and keepdims."""
    return lambda axis, keep: lambda x: f(x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keep, **fixed)


def int32_sum(f):
    """Sums and products of int32 in int32, as ours are; NumPy would take int64."""
    return lambda axis, keep: lambda x: f(
        x,
        axis=tuple(axis) if isinstance(axis, list) else axis,
        keepdims=keep,
        dtype=np.int32 if x.dtype in (np.bool_, np.int32) else None,
    )


def log_sum_exp(axis, keep):
    def f(x):
        axes = tuple(range(x.ndim)) if axis is None else tuple(axis) if isinstance(axis, list) else axis
        return np.logaddexp.reduce(x, axis=axes, keepdims=keep) if x.ndim > 0 or axes != () else np.asarray(x)

    return f


def norm(axis, keep):
    return lambda x: np.sqrt(over(np.sum)(axis, keep)(np.square(np.abs(x))))


REDUCTIONS = {
    "sum": int32_sum(np.sum),
    "prod": int32_sum(np.prod),
    "mean": over(np.mean),
    "max": over(np.max),
    "min": over(np.min),
    "variance": over(np.var),
    "std": over(np.std),
    "logsumexp": log_sum_exp,
    "norm": norm,
    "any": over(np.any),
    "all": over(np.all),
}
POSITIONS = {"argmax": np.argmax, "argmin": np.argmin}


def axes_of(shape):
    rank = len(shape.split(",")) if shape else 0
    return [None, 0, -1, rank, -rank - 1, [0, -1], [], [0, 0]]


def reductions(case):
    for op, f in REDUCTIONS.items():
        own = "b" if op in ("any", "all") else "d"
        for shape in SHAPES if op in ("sum", "max", "any") else FEW:
            for axis in axes_of(shape):
                case(op, [own + shape], [axis], f(axis, False))
        for shape in ["", "2,0", "0,3", "2,1,3"]:
            for axis in [None, -1, [0, -1]]:
                case(op, [own + shape], [axis, {"keepdims": True}], f(axis, True))
        for kind in "fib" if own == "b" else "dfib":
            for shape in ["", "0", "2,3"]:
                for axis in [None, -1]:
                    case(op, [kind + shape], [axis], f(axis, False))
        if own == "d":
            case(op, ["x8"], [None], f(None, False))
            case(op, [["d3", [-np.inf] * 3]], [None], f(None, False))
            case(op, [["d2", [-0.0, -0.0]]], [None], f(None, False))
            case(op, ["o8"], [None], f(None, False))
    for op in ["variance", "std"]:
        for shape in ["", "0", "1", "3", "2,1,3"]:
            for axis in [None, -1, 1]:
                f = np.var if op == "variance" else np.std
                case(op, ["d" + shape], [axis, {"correction": 1}], lambda x: f(x, axis=axis, ddof=1))
    for op, f in POSITIONS.items():
        for shape in SHAPES:
            for axis in axes_of(shape)[:5]:
                case(op, ["d" + shape], [axis] if axis is not None else [], lambda x: f(x, axis=axis))
        for spec in ["f3", "i2,3", "b2,3", "x8", "i0", "b"]:
            case(op, [spec], [-1], lambda x: f(x, axis=-1))
        case(op, [["d4", [1, 2, 2, 1]]], [], f)


# ── along an axis ────────────────────────────────────────────────────────────


def running(f):
    return lambda x, axis: f(x, axis=axis, dtype=np.int32 if x.dtype in (np.bool_, np.int32) else None)


ALONG = {
    "cumsum": running(np.cumsum),
    "cumprod": running(np.cumprod),
    "sort": lambda x, axis: np.sort(x, axis=axis),
    "argsort": lambda x, axis: np.argsort(x, axis=axis, kind="stable"),
}


def along_an_axis(case):
    for op, f in ALONG.items():
        for shape in SHAPES:
            for axis in axes_of(shape)[1:5]:
                case(op, ["d" + shape], [axis], lambda x: f(x, axis))
        for spec in ["f3", "i2,3", "b2,3", "x8", "i0", "b0", "i", "o8"]:
            case(op, [spec], [-1], lambda x: f(x, -1))


# ── shapes ───────────────────────────────────────────────────────────────────


def shapes(case):
    for shape, target in [
        ("", []), ("", [1]), ("", [-1]), ("", [1, 1]), ("", [0]), ("0", [0]), ("0", [-1]), ("0", [0, 3]), ("0", [0, -1]),
        ("0", [3, -1]), ("0", []), ("2,0", [0]), ("2,0", [-1]), ("2,0", [5, 0]), ("0,3", [-1, 3]), ("0,3", [-1, 0]),
        ("3", [3, 1]), ("3", [-1, 1]), ("3", [1, -1]), ("3", [-1, -1]), ("3", [2, -1]), ("3", [-2]), ("3", [4]),
        ("2,1,3", [3, 2]), ("2,1,3", [-1]), ("2,1,3", [6, 1, 1]), ("1,1", []), ("3", []),
    ]:  # fmt: skip
        case("reshape", ["d" + shape], [target], lambda x: x.reshape(target))
    for shape in SHAPES:
        case("flatten", ["d" + shape], [], np.ravel)
        case("transpose", ["d" + shape], [], np.transpose)
        case("squeeze", ["d" + shape], [], np.squeeze)
        case("flip", ["d" + shape], [], np.flip)
        case("diagonal", ["d" + shape], [], np.diagonal)
        for axis in axes_of(shape)[1:5]:
            case("squeeze", ["d" + shape], [axis], lambda x: np.squeeze(x, axis=axis))
            case("unsqueeze", ["d" + shape], [axis], lambda x: np.expand_dims(x, axis))
            case("flip", ["d" + shape], [axis], lambda x: np.flip(x, axis))
            for shift in [-1, 0, 4]:
                case("roll", ["d" + shape], [shift, axis], lambda x: np.roll(x, shift, axis))
        for axes in [[0, -1], [], [0, 0]]:
            case("flip", ["d" + shape], [axes], lambda x: np.flip(x, tuple(axes)))
        for k in [[], [1], [-1], [9], [-9]]:
            if shape in ("", "3", "2,0", "0,3", "2,3", "2,1,3"):
                case("tril", ["d" + shape], k, lambda x: np.tril(x, *k))
                case("triu", ["d" + shape], k, lambda x: np.triu(x, *k))
        for target in [[], [0], [1], [3], [2, 3], [2, 0], [0, 3], [2, 2, 3]]:
            case("broadcastTo", ["d" + shape], [target], lambda x: np.broadcast_to(x, target))
        for reps in [2, 0, 1, [], [2], [0], [2, 1], [1, 2, 2], -1]:
            if shape in ("", "0", "3", "2,3"):
                case("tile", ["d" + shape], [reps], lambda x: np.tile(x, reps))
    for shape, order in [
        ("", []), ("3", [0]), ("3", [-1]), ("3", []), ("3", [1]), ("2,1,3", [2, 0, 1]), ("2,1,3", [-1, 0, -2]),
        ("2,1,3", [0, 0, 1]), ("2,1,3", [0, -3, 1]), ("2,1,3", [0, 1]), ("2,0", [1, 0]), ("2,3", [0, 1, 2]),
    ]:  # fmt: skip
        case("permute", ["d" + shape], [order], lambda x: np.transpose(x, order))
    for shape, a, b in [("2,1,3", 0, -1), ("2,1,3", 1, 1), ("2,1,3", 0, 3), ("2,0", 0, 1), ("3", 0, -1), ("", 0, 0), ("2,3", -3, 0)]:
        case("transpose", ["d" + shape], [a, b], lambda x: np.swapaxes(x, a, b))
    for shape, widths, value in [
        ("3", [[1, 0]], 0), ("3", [[0, 0]], 7), ("0", [[1, 2]], 7), ("2,0", [[0, 0], [1, 1]], 1), ("2,0", [[1, 0], [0, 0]], 1),
        ("", [], 5), ("3", [[-1, 0]], 0), ("2,3", [[1, 1], [0, 2]], -1), ("2,3", [[1, 1]], 0), ("1,1", [[0, 1], [1, 0]], 0),
    ]:  # fmt: skip
        case("pad", ["d" + shape], [widths, value], lambda x: np.pad(x, widths, constant_values=value))
    for kind, value in [("i", 2), ("i", 0.5), ("b", 1), ("b", 2)]:
        case("pad", [kind + "3"], [[[1, 1]], value], lambda x: np.pad(x, [[1, 1]], constant_values=value))


BOUNDS = [
    [0, None], [1, None], [-1, None], [-2, None], [9, None], [-9, None], [0, 0], [2, 1], [0, -1], [0, 9], [0, -9], [-9, 9],
    [None, None, -1], [None, None, 2], [None, None, -2], [2, 0, -1], [0, 2, -1], [9, None, -1], [9, -9, -1], [-1, -9, -2],
    [-9, None, -1], [1, 1, -1], [None, None, 9], [None, None, 0], [None, 2], [None, -1, -1], [-1, 0, -1], [None, -9, -1],
]  # fmt: skip


def python_index(range_):
    return slice(*range_) if isinstance(range_, list) else slice(None) if range_ is None else range_


def slices(case):
    for shape in ["3", "0", "1", "8"]:
        for bounds in BOUNDS:
            case("slice", ["d" + shape], [[bounds]], lambda x: x[slice(*bounds)])
        for index in [0, -1, 2, -3, 3, -4, 8]:
            case("slice", ["d" + shape], [[index]], lambda x: x[index])
    for shape, ranges in [
        ("", []), ("3", []), ("", [0]), ("", [None]), ("2,1,3", [None, 0]), ("2,1,3", [1, 0, -1]), ("2,1,3", [[None, None, -1], None, [0, 2]]),
        ("2,1,3", [None, None, [2, None, -2]]), ("2,1,3", [0, 0, 0, 0]), ("2,0", [1]), ("2,0", [None, 0]), ("2,0", [[1, None], [0, None]]),
        ("0,3", [0]), ("0,3", [None, 1]), ("0,3", [None, [None, None, -1]]), ("2,3", [[1, 1], 2]), ("2,3", [[0, 1], [-1, None]]), ("1,1", [-1, -1]),
    ]:  # fmt: skip
        case("slice", ["d" + shape], [ranges], lambda x: x[tuple(python_index(r) for r in ranges)])
    case("slice", ["i3"], [[[None, None, -1]]], lambda x: x[::-1])
    case("slice", ["b3"], [[-1]], lambda x: x[-1])


# ── joining and indexing ─────────────────────────────────────────────────────


def joins(case):
    for specs in ["d3", "d3 d3", "d3 d1", "d0 d3", "d0 d0", "d d", "d3 d2,3", "d2,3 d1,3", "d2,3 d2,1", "d0,3 d2,3", "d2,0 d2,3", "d2,1,3 d2,1,3", "i3 i3", "b3 b3", "d3 i3", "i3 b3"]:
        inputs = specs.split()
        for axis in [0, -1, 1, -2, 2]:
            case("concat", inputs, [axis], lambda *xs: np.concatenate(xs, axis))
            case("stack", inputs, [axis], lambda *xs: np.stack(xs, axis))
    case("concat", [], [0], lambda: np.concatenate([]))
    case("stack", [], [0], lambda: np.stack([]))
    for shape, sizes, axis in [
        ("3", [1, 2], 0), ("3", [3], 0), ("3", [0, 3, 0], -1), ("3", [1, 1], 0), ("3", [2, 2], 0), ("3", [1, 2], 1), ("0", [0, 0], 0),
        ("2,0", [1, 1], 0), ("2,0", [0], 1), ("2,3", [2, 1], -1), ("2,3", [1, 1], -2), ("", [1], 0), ("2,1,3", [1], 1), ("3", [], 0),
        ("3", [-1, 4], 0),
    ]:  # fmt: skip

        def parts(x):
            if sum(sizes) != x.shape[axis] or min(sizes, default=0) < 0:
                raise ValueError
            return np.split(x, np.cumsum(sizes)[:-1], axis)

        case("split", ["d" + shape], [sizes, axis], parts)


def scatter_add(x, index, source, axis):
    if index.shape != source.shape:
        raise ValueError
    out = x.copy()
    grid = list(np.indices(index.shape))
    grid[axis] = index
    for d, n in enumerate(index.shape):
        if d != axis % x.ndim and n != x.shape[d]:
            raise ValueError
    np.add.at(out, tuple(grid), source)
    return out


def indices(case):
    for shape, index, axis in [
        ("3", [0, 2], 0), ("3", [-1, -3], 0), ("3", [3], 0), ("3", [-4], 0), ("3", [1, 1, 1], -1), ("3", [], 0), ("3", [0], 1), ("3", [0.5], 0),
        ("2,3", [1, 0, 1], 0), ("2,3", [2, 2], 1), ("2,3", [2], 0), ("2,3", [0], -2), ("2,3", [0], -3), ("0", [], 0), ("0", [0], 0), ("2,0", [1], 0),
        ("2,0", [], 1), ("2,0", [0], 1), ("0,3", [0, 0], 1), ("", [0], 0), ("2,1,3", [0, -1], 2), ("1,1", [0, 0], 0),
    ]:  # fmt: skip
        exact = index if any(isinstance(i, float) for i in index) else np.array(index, dtype=int)
        case("take", ["d" + shape], [index, axis], lambda x: np.take(x, exact, axis))
    for spec in ["i3", "b3", "f3"]:
        case("take", [spec], [[2, -1, 0], 0], lambda x: np.take(x, [2, -1, 0], 0))
    for shape, index, axis in [
        ("3", ["i", [1]], 0), ("3", ["i2,2", [0, 1, -1, 2]], 0), ("2,3", ["i0", []], 0), ("2,3", ["i2,0", []], -1),
        ("2,3", ["i1,1", [1]], 0), ("3", ["d1", [1]], 0), ("3", ["b3", [1, 0, 1]], 0),
    ]:  # fmt: skip
        case("take", ["d" + shape, index], [axis], lambda x, i: np.take(x, i, axis))
    for shape, index, axis in [
        ("3", ["i2", [2, 0]], 0), ("3", ["i3", [1, 1, 1]], -1), ("3", ["i1", [-1]], 0), ("3", ["i1", [3]], 0), ("3", ["i1", [-4]], 0),
        ("2,3", ["i2,1", [0, 2]], 1), ("2,3", ["i1,3", [1, 0, 1]], 0), ("2,3", ["i2,0", []], 1), ("2,3", ["i0,3", []], 0),
        ("2,3", ["i2", [0, 1]], 1), ("2,3", ["i1,1", [0]], 1), ("2,3", ["i2,2", [0, 1, 2, -1]], -1), ("0", ["i0", []], 0),
        ("0", ["i1", [0]], 0), ("", ["i", [0]], 0), ("2,0", ["i2,0", []], 0), ("3", ["i1", [0]], 1), ("3", ["d1", [0]], 0),
        ("3", ["b2", [1, 0]], 0), ("2,1,3", ["i2,1,1", [1, 2]], 2),
    ]:  # fmt: skip
        case("gather", ["d" + shape, index], [axis], lambda x, i: np.take_along_axis(x, i, axis))
        source = "d" + index[0][1:]
        case("scatterAdd", ["d" + shape, index, source], [axis], lambda x, i, s: scatter_add(x, i, s, axis))
    for kind in "ib":
        case("gather", [kind + "3", ["i2", [2, 2]]], [0], lambda x, i: np.take_along_axis(x, i, 0))
        case("scatterAdd", [kind + "3", ["i2", [2, 2]], kind + "2"], [0], lambda x, i, s: scatter_add(x, i, s, 0))
    for x, mask, value in [("d3", "b3", 9), ("d", "b", 9), ("d0", "b0", 9), ("d2,3", "b3", 9), ("d3", "b2,1", 9), ("d2,3", "b2", 9), ("i3", "b3", 9), ("i3", "b3", 0.5), ("b3", "b3", 1), ("d3", "b0", 1), ("d2,0", "b1", 1), ("d3", "i3", 1)]:
        case("maskedFill", [x, mask], [value], lambda x, m: np.where(m, np.asarray(value, x.dtype if value != 0.5 else float), x))


# ── linear algebra ───────────────────────────────────────────────────────────


def algebra(case):
    for pair in ["3|3", "2,3|3", "3|3,2", "2,3|3,2", "0|0", "2,0|0,3", "0,3|3,2", "2,0|0", "0|0,2", "|3", "3|", "|", "2,3|2,3", "3|2", "2,1,3|3,2", "2,1,3|3", "3|2,3,1", "2,1,3|1,3,2", "2,1,3|3,3,1", "0,1,3|3,2", "2,1,0|0,2", "1,1|1,1", "1,3|3"]:
        a, b = pair.split("|")
        case("matmul", ["d" + a, "d" + b], [], np.matmul)
    for a, b in ["ff", "ii", "bb", "oo", "di", "xx"]:
        case("matmul", [a + "2,3", b + "3,2"], [], np.matmul)
        case("dot", [a + "3", b + "3"], [], np.dot)
        case("outer", [a + "2", b + "3"], [], np.outer)
    for pair in ["3|3", "0|0", "1|1", "3|2", "2,3|3", "|3", "|"]:
        a, b = pair.split("|")
        case("dot", ["d" + a, "d" + b], [], np.dot)
        case("outer", ["d" + a, "d" + b], [], np.outer)
    for equation, specs in [
        ("ij,jk->ik", "d2,3 d3,2"), ("ij,jk", "d2,0 d0,3"), ("i->", "d0"), ("->", "d"), ("ii->i", "d3,3"), ("ii", "d2,3"), ("ij->ji", "d2,3"),
        ("i,i", "d3 d1"), ("...i,i->...", "d2,1,3 d3"), ("i,j->ij", "d0 d3"), ("ij,kj", "i2,3 i2,3"), ("ij->", "b2,3"), ("ij->k", "d2,3"), ("ij", "d3"),
        ("i,j", "d2 d3"), ("ba", "d2,3"), ("", "d"), ("i,i->i", "b3 b3"), ("ij->jj", "d2,2"), ("...", "d2,3"),
    ]:  # fmt: skip
        case("einsum", specs.split(), [equation], lambda *xs: np.einsum(equation, *xs))
    spd = {
        "0,0": [], "1,1": [4], "2,2": [4, 2, 2, 3], "2,2,2": [4, 2, 2, 3, 9, 3, 3, 2], "0,2,2": [], "2,0,0": [],
    }  # fmt: skip
    singular = ["d2,2", [1, 2, 2, 4]]
    for op, f in {"cholesky": np.linalg.cholesky, "inv": np.linalg.inv, "det": np.linalg.det}.items():
        for shape, elements in spd.items():
            case(op, [["d" + shape, elements]], [], f)
        for spec in [singular, ["d2,2", [1, 3, 3, 1]], ["d2,2", [0, 0, 0, 0]], "d2,3", "d3", "d", ["f1,1", [4]], ["i1,1", [4]], ["b1,1", [1]], ["d1,1", [np.nan]]]:
            case(op, [spec], [], f)
    for shape, b in [("0,0", "0"), ("0,0", "0,3"), ("1,1", "1"), ("2,2", "2"), ("2,2", "2,1"), ("2,2", "2,0"), ("2,2", "3"), ("2,2", ""), ("2,2", "2,2,1"), ("2,2,2", "2,2,3"), ("2,2,2", "2,3"), ("2,0,0", "2,0,3"), ("0,2,2", "0,2,1"), ("2,2,2", "1,2,3"), ("2,2,2", "3,2,3")]:
        case("solve", [["d" + shape, spd[shape]], "d" + b], [], np.linalg.solve)
    case("solve", [singular, "d2"], [], np.linalg.solve)
    case("solve", ["d2,3", "d2"], [], np.linalg.solve)
    case("solve", [["i1,1", [4]], "i1"], [], np.linalg.solve)


# ── constructors ─────────────────────────────────────────────────────────────


def constructors(case):
    for args in [[3], [0], [-3], [0, 3], [3, 0], [3, 0, -1], [5, 0, -2], [0, 5, 2], [0, 3, -1], [3, 3, 1], [0, 1, 0.25], [0, 3, 0], [1.5]]:
        case("arange", [], args, lambda: np.arange(*args).astype(np.float32))
    for args in [[0, 1, 0], [0, 1, 1], [0, 1, 2], [1, 0, 3], [2, 2, 2], [0, 1, -1], [-1, 1, 5]]:
        case("linspace", [], args, lambda: np.linspace(*args).astype(np.float32))
    for n in [0, 1, 2, -1]:
        case("eye", [], [n], lambda: np.eye(n, dtype=np.float32))
    for shape in [[], [0], [2, 0], [-1], [2, 1]]:
        case("zeros", [], [shape], lambda: np.zeros(shape, dtype=np.float32))
        case("ones", [], [shape], lambda: np.ones(shape, dtype=np.float32))
        case("full", [], [shape, 7], lambda: np.full(shape, 7, dtype=np.float32))
