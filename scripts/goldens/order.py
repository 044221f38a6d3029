"""Sorting, and indexing by tensors."""
import numpy as np
import torch

from record import by_numpy, case, f64, i32, mask, real, whole

INF = float("inf")
NAN = float("nan")


def write():
    sorting()
    largest()
    taking()
    gathering()


def by_positions(positions, axis):
    """x gathered along the axis by positions that NumPy finds."""

    def f(x):
        found = positions(x.detach().numpy())
        return torch.gather(x, axis, torch.from_numpy(np.ascontiguousarray(found)))

    return f


def sorting():
    """NumPy's stable sort: NaN last, equal elements in their order."""
    tied = f64([[2, 1, 2, 0], [0.0, -0.0, 1, 0.0], [NAN, INF, 1, -INF], [NAN, 0, NAN, -1]])
    for note, x, axis in (
        ("[2, 4] axis 1", real((2, 4)), 1),
        ("[3, 2] axis 0", real((3, 2)), 0),
        ("[2, 3, 2] axis -2", real((2, 3, 2)), -2),
        ("[2, 0] axis 1", real((2, 0)), 1),
        ("[2, 1] axis 1", real((2, 1)), 1),
        ("ties and NaN", tied, 1),
    ):
        along = lambda x: np.argsort(x, axis=axis, kind="stable")
        case("sort", by_positions(along, axis), [x], args=[axis], note=note)
        case("argsort", by_numpy(along), [x], args=[axis], note=note, order=0)
    along = lambda x: np.argsort(x, axis=0, kind="stable")
    case(
        "sort", by_numpy(lambda x: np.sort(x, axis=0)), [whole((6,), -2, 2)], args=[0], note="int32", order=0
    )
    case("argsort", by_numpy(along), [whole((6,), -2, 2)], args=[0], note="int32", order=0)
    case("argsort", by_numpy(along), [mask(6)], args=[0], note="bool", order=0)


def descending(x, k, axis):
    """Largest first, the first of equal ones first: torch.topk leaves the order of ties open. NaN above all numbers."""
    rank = np.where(np.isnan(x), -np.inf, -x)
    order = np.lexsort((rank, ~np.isnan(x)), axis=axis)
    return np.take(order, np.arange(k), axis=axis)


def largest():
    tied = f64([[2, 1, 2, 0], [5, 5, 5, 5], [NAN, INF, 1, -INF], [1, NAN, 3, NAN]])
    for note, x, k, axis in (
        ("[2, 4]", real((2, 4)), 2, 1),
        ("[4, 2]", real((4, 2)), 3, 0),
        ("[2, 3, 2]", real((2, 3, 2)), 1, -2),
        ("none", real((2, 3)), 0, 1),
        ("all", real((3,)), 3, -1),
        ("ties and NaN", tied, 3, 1),
    ):

        def f(x):
            found = torch.from_numpy(np.ascontiguousarray(descending(x.detach().numpy(), k, axis)))
            return [torch.gather(x, axis, found), found]

        case("topk", f, [x], args=[k, axis], note=note)
    # Without ties or NaN, PyTorch's own.
    case("topk", lambda x: list(torch.topk(x, 2, 1)), [real((2, 5))], args=[2, 1], note="torch.topk")


def taking():
    def take(x, indices, axis):
        n = x.shape[axis]
        positions = (indices.to(torch.int64) + n) % n if n else indices.to(torch.int64)
        shape = list(x.shape)
        axis %= x.dim()
        found = torch.index_select(x, axis, positions.reshape(-1))
        return found.reshape(shape[:axis] + list(indices.shape) + shape[axis + 1 :])

    for note, shape, indices, axis in (
        ("duplicates", (4,), [0, 2, 2, 0], 0),
        ("negative", (3, 2), [-1, 0, -3], 0),
        ("a matrix of indices", (3, 2), [[0, 1], [1, 1]], 1),
        ("0-d index", (2, 3), 1, -1),
        ("none", (2, 3), [], 1),
        ("axis in the middle", (2, 3, 2), [2, 0], 1),
    ):
        positions = i32(indices)
        case("take", lambda x, i: take(x, i, axis), [real(shape), positions], args=[axis], note=note)
    case("take", lambda x: take(x, i32([1, -1]), 0), [real((3,))], args=[[1, -1], 0], note="a list")
    case("take", lambda x, i: take(x, i, 0), [whole((3,)), i32([2, 2])], args=[0], note="int32", order=0)


def gathering():
    def positions(indices, n):
        return (indices.to(torch.int64) + n) % n

    cases = (
        ("axis 0", (3, 2), [[0, 2], [1, 1]], 0),
        ("axis 1", (2, 3), [[0, 0, 2, -1], [1, -3, 0, 2]], 1),
        ("axis -1", (2, 2, 2), [[[1], [0]], [[0], [-1]]], -1),
        ("one index", (3,), [1], 0),
        ("no indices", (3,), [], 0),
    )
    for note, shape, indices, axis in cases:
        where = i32(indices)
        f = lambda x, i: torch.gather(x, axis, positions(i, x.shape[axis]))
        case("gather", f, [real(shape), where], args=[axis], note=note)
        g = lambda x, i, source: torch.scatter_add(x, axis, positions(i, x.shape[axis]), source)
        case("scatterAdd", g, [real(shape), where, real(where.shape)], args=[axis], note=note)
    case(
        "gather",
        lambda x, i: torch.gather(x, 0, positions(i, 3)),
        [whole((3,)), i32([2, 2])],
        args=[0],
        note="int32",
        order=0,
    )
    add = lambda x, i, source: torch.scatter_add(x, 0, positions(i, 3), source)
    case("scatterAdd", add, [whole((3,)), i32([2, 2, 0]), whole((3,))], args=[0], note="int32", order=0)
