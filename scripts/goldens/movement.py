"""Shape ops, copies and joins. Indexing as NumPy has it, negative steps included (PyTorch has none)."""
import numpy as np
import torch

from record import case, f32, f64, i32, mask, real, whole


def indexed(key):
    """x[key], by gathering from NumPy's view of the positions, so that PyTorch can differentiate it."""

    def f(x):
        positions = np.arange(x.numel()).reshape(tuple(x.shape))[key]
        return x.reshape(-1)[torch.from_numpy(np.ascontiguousarray(positions))].reshape(positions.shape)

    return f


def moved(f):
    """f on NumPy's positions, then gathered."""

    def g(x):
        positions = f(np.arange(x.numel()).reshape(tuple(x.shape)))
        return x.reshape(-1)[torch.from_numpy(np.ascontiguousarray(positions))].reshape(positions.shape)

    return g


def write():
    views()
    slices()
    padding()
    repeats()
    joins()
    copies()


def each(op, reference, *forms):
    """One case per form: a shape, then the arguments."""
    for shape, *args in forms:
        case(op, lambda x: reference(x, *args), [real(shape)], args=args, note=f"{list(shape)} {args}")


def transpose(x, *axes):
    return torch.transpose(x, *axes) if axes else x.permute(list(range(x.dim()))[::-1])


def views():
    shapes = [((2, 3), [3, 2]), ((2, 3), [-1]), ((), [1, 1]), ((4,), [2, -1, 1]), ((0, 3), [3, 0, 2]), ((1,), [])]
    each("reshape", torch.reshape, *shapes)
    axes = [((2, 3),), ((2, 2, 2), 1), ((2, 2, 2), 0, 1), ((2, 1, 2), -2, -1), ((),), ((0, 2),)]
    each("flatten", torch.flatten, *axes)
    orders = [((2, 3), [1, 0]), ((2, 1, 3), [2, 0, 1]), ((2, 3, 2), [-1, 0, -2]), ((), []), ((0, 2), [1, 0])]
    each("permute", torch.permute, *orders)
    each("transpose", transpose, ((2, 3),), ((2, 3, 2),), ((2, 3, 2), 0, -1), ((3,),), ((0, 2),))
    each("squeeze", torch.squeeze, ((1, 3, 1),), ((1, 3, 1), 0), ((1, 3, 1), -1), ((),), ((0, 1), 1))
    each("unsqueeze", torch.unsqueeze, ((2, 3), 0), ((2, 3), -1), ((2, 3), 1), ((), 0), ((0,), -1))
    stretched = [((3,), [2, 3]), ((2, 1), [2, 3]), ((), [2, 2]), ((1, 2, 1), [2, 2, 2, 2]), ((1,), [0]), ((2,), [2])]
    each("broadcastTo", torch.broadcast_to, *stretched)
    case("reshape", lambda x: x.reshape(3, 2), [whole((2, 3))], args=[[3, 2]], order=0, note="int32")
    case("permute", lambda x: x.permute(1, 0), [mask(2, 3)], args=[[1, 0]], order=0, note="bool")
    case("broadcastTo", lambda x: torch.broadcast_to(x, (2, 3)), [mask(3)], args=[[2, 3]], order=0, note="bool")


def slices():
    def at(start, stop, step=None):
        return slice(start, stop, step)

    full = at(None, None)
    for shape, ranges, key in (
        ((3, 4), [1], (1,)),
        ((3, 4), [-1, None], (-1, full)),
        ((3, 4), [None, [1, 3]], (full, at(1, 3))),
        ((3, 4), [[0, None, 2], [1, None]], (at(0, None, 2), at(1, None))),
        ((5,), [[-1, None, -1]], (at(-1, None, -1),)),
        ((5,), [[4, 0, -2]], (at(4, 0, -2),)),
        ((5,), [[-4, -1]], (at(-4, -1),)),
        ((5,), [[1, 99]], (at(1, 99),)),
        ((5,), [[3, 1]], (at(3, 1),)),
        ((5,), [[-99, 2]], (at(-99, 2),)),
        ((5,), [[99, None, -3]], (at(99, None, -3),)),
        ((2, 3, 2), [0, 2, -1], (0, 2, -1)),
        ((2, 0), [None, [0, 5]], (full, at(0, 5))),
        ((), [], ()),
    ):
        case("slice", indexed(key), [real(shape)], args=[ranges], note=f"{list(shape)} {ranges}")
    case("slice", lambda x: x[:, 1], [whole((2, 3))], args=[[None, 1]], order=0, note="int32")
    case("slice", lambda x: x[:, 1:], [mask(2, 3)], args=[[None, [1, None]]], order=0, note="bool")
    for shape, args in (
        ((3,), [0]),
        ((2, 3), [-1]),
        ((2, 3), [[0, 1]]),
        ((2, 3), []),
        ((), []),
        ((0, 2), [0]),
    ):
        f = moved(
            lambda x: np.flip(x, None if not args else tuple(args[0]) if isinstance(args[0], list) else args[0])
        )
        case("flip", f, [real(shape)], args=args, note=f"{list(shape)} {args}")


def padding():
    for shape, widths, value in (
        ((3,), [[1, 2]], 0),
        ((2, 2), [[0, 1], [2, 0]], 0.5),
        ((2, 1), [[0, 0], [1, 1]], -1),
        ((), [], 3),
        ((0, 2), [[1, 1], [0, 1]], 2),
    ):
        flat_widths = [w for pair in reversed(widths) for w in pair]
        f = lambda x: torch.nn.functional.pad(x, flat_widths, value=value) if widths else x * 1
        args = [widths] if value == 0 else [widths, value]
        case("pad", f, [real(shape)], args=args, note=f"{list(shape)} {widths} {value}")
    case(
        "pad",
        lambda x: torch.nn.functional.pad(x, [1, 0], value=7),
        [whole((2, 2))],
        args=[[[0, 0], [1, 0]], 7],
        order=0,
        note="int32",
    )
    case(
        "pad",
        lambda x: torch.nn.functional.pad(x, [1, 1], value=float("inf")),
        [real((2,))],
        args=[[[1, 1]], float("inf")],
        note="Infinity",
    )


def repeats():
    for shape, reps in (
        ((3,), 2),
        ((2, 3), [2, 1]),
        ((2,), [2, 2]),
        ((2, 1, 2), [2]),
        ((), [3]),
        ((2,), [0]),
        ((2, 2), [1, 1]),
        ((), 2),
    ):
        f = moved(lambda x: np.tile(x, reps))
        case("tile", f, [real(shape)], args=[reps], note=f"{list(shape)} {reps}")
    for shape, shift, axis in (
        ((4,), 1, 0),
        ((4,), -1, 0),
        ((2, 3), 5, -1),
        ((2, 3), 0, 0),
        ((3, 2), -7, 0),
        ((0, 2), 3, 0),
    ):
        f = lambda x: torch.roll(x, shift, axis)
        case("roll", f, [real(shape)], args=[shift, axis], note=f"{list(shape)} {shift} {axis}")
    case("tile", lambda x: x.repeat(2), [whole((2,))], args=[2], order=0, note="int32")
    case("roll", lambda x: torch.roll(x, 1, 0), [mask(5)], args=[1, 0], order=0, note="bool")
    for shape, k in (
        ((3, 3), None),
        ((2, 3), 1),
        ((3, 2), -1),
        ((2, 2, 2), 0),
        ((3, 3), 5),
        ((0, 2), 0),
        ((2, 3), -2),
    ):
        for op, f in (("tril", torch.tril), ("triu", torch.triu)):
            args = [] if k is None else [k]
            case(op, lambda x: f(x, k or 0), [real(shape)], args=args, note=f"{list(shape)} {k}")
    for shape in ((3, 3), (2, 3), (2, 3, 2), (1, 1), (0, 2)):
        case("diagonal", lambda x: torch.diagonal(x), [real(shape)], note=f"{list(shape)}")
    nan = float("nan")
    case("tril", torch.tril, [f64([[1, nan], [nan, float("inf")]])], order=1, note="special")
    case("triu", torch.triu, [whole((2, 3))], order=0, note="int32")


def joins():
    for axis in (0, 1, -1):
        size = lambda n: (n, 2) if axis == 0 else (2, n)
        three = [real(size(1)), real(size(2)), real(size(0))]
        case(
            "concat",
            lambda *xs: torch.cat(xs, axis),
            three,
            call=[["$0", "$1", "$2"], axis],
            note=f"axis {axis}",
        )
    case(
        "concat",
        lambda x: torch.cat([x, x * 1, x]),
        [real((2,))],
        call=[["$0", "$0", "$0"], 0],
        note="the same thrice",
    )
    case(
        "concat",
        lambda *xs: torch.cat(xs),
        [whole((2,)), whole((1,))],
        call=[["$0", "$1"]],
        order=0,
        note="int32",
    )
    for axis in (0, 1, -1):
        f = lambda a, b: torch.stack([a, b], axis)
        case("stack", f, [real((2, 3)), real((2, 3))], call=[["$0", "$1"], axis], note=f"axis {axis}")
    case("stack", lambda a, b: torch.stack([a, b]), [real(()), real(())], call=[["$0", "$1"], 0], note="0-d")
    case("stack", lambda a: torch.stack([a, a]), [mask(3)], call=[["$0", "$0"]], order=0, note="bool")
    for shape, sizes, axis in (
        ((5,), 2, 0),
        ((2, 4), [1, 3], 1),
        ((2, 4), [0, 4], -1),
        ((3, 2), 3, 0),
        ((4, 1), [1, 1, 2], -2),
    ):
        f = lambda x: torch.split(x, sizes, axis)
        case("split", f, [real(shape)], args=[sizes, axis], note=f"{list(shape)} {sizes} {axis}")


def copies():
    case("clone", torch.clone, [real((2, 3))])
    case("clone", torch.clone, [real((0,))], note="empty")
    case("clone", torch.clone, [mask(3)], order=0, note="bool")
    case("to", lambda x: x.to(torch.float32), [real((4,))], args=["float32"], note="to float32")
    case("to", lambda x: x.to(torch.float64), [real((3,))], args=["float64"], note="to itself")
    case(
        "to",
        lambda x: x.to(torch.float64),
        [f32([0.1, -2.5])],
        args=["float64"],
        note="from float32",
        order=0,
    )
    case(
        "to",
        lambda x: x.to(torch.int32),
        [f64([-1.7, -0.5, 0.0, 0.9, 2.5])],
        args=["int32"],
        note="to int32",
        order=0,
    )
    case(
        "to",
        lambda x: x.to(torch.bool),
        [f64([0.0, -0.0, 0.3, float("nan"), float("inf")])],
        args=["bool"],
        note="to bool",
        order=0,
    )
    case("to", lambda x: x.to(torch.float64), [i32([-3, 0, 7])], args=["float64"], note="from int32", order=0)
    case("to", lambda x: x.to(torch.int32), [mask(4)], args=["int32"], note="from bool", order=0)
    case("stopGradient", lambda x: x.detach(), [real((2, 3))])
    case("stopGradient", lambda x: x.detach(), [mask(3)], order=0, note="bool")
    for shape, source in (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 3), (1,)), ((0,), (1,)), ((), ())):
        f = lambda target, value: torch.broadcast_to(value, target.shape).clone()
        case("assign", f, [real(shape), real(source)], order=0, note=f"{list(shape)} {list(source)}")
    case("assign", lambda x: torch.full_like(x, 2.5), [real((2, 2))], args=[2.5], order=0, note="a number")
