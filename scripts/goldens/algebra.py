"""Matrix products, einsum, factorisations and systems."""
import itertools

import torch

from record import case, draw, drawing, f64, real, whole

# Conditioned systems: roundings grow with the condition number, which is below 20 for the matrices here.
SYSTEM = 256


def write():
    products()
    equations()
    systems()
    determinants()
    cholesky()


def products():
    for a, b in (
        ((2, 3), (3, 2)),
        ((3,), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3,)),
        ((2, 2, 3), (3, 2)),
        ((2, 2, 3), (2, 3, 1)),
        ((2, 1, 1, 2), (2, 2, 1)),
        ((2,), (3, 2, 1)),
        ((2, 3, 2), (2,)),
        ((2, 0), (0, 3)),
        ((0, 2), (2, 3)),
        ((1, 1), (1, 1)),
    ):
        case("matmul", torch.matmul, [real(a), real(b)], note=f"{list(a)} {list(b)}")
    case("matmul", lambda x: x @ x, [real((2, 2))], call=["$0", "$0"], note="twice the same")
    case("matmul", torch.matmul, [whole((2, 3)), whole((3, 2))], order=0, note="int32")
    inf, nan = float("inf"), float("nan")
    case(
        "matmul", torch.matmul, [f64([[inf, 0], [nan, 1]]), f64([[1, 0], [0, -inf]])], order=0, note="special"
    )
    for n in (3, 1, 0):
        case("dot", torch.dot, [real((n,)), real((n,))], note=f"[{n}]")
    case("dot", lambda x: torch.dot(x, x), [real((3,))], call=["$0", "$0"], note="twice the same")
    case("dot", torch.dot, [whole((3,)), whole((3,))], order=0, note="int32")
    for m, n in ((2, 3), (1, 2), (0, 2)):
        case("outer", torch.outer, [real((m,)), real((n,))], note=f"[{m}] [{n}]")
    case("outer", torch.outer, [whole((2,)), whole((3,))], order=0, note="int32")
    linear = torch.nn.functional.linear
    for x, w in (((2, 3), (2, 3)), ((3,), (2, 3)), ((2, 2, 3), (1, 3)), ((0, 3), (2, 3))):
        case("linear", linear, [real(x), real(w), real((w[0],))], note=f"{list(x)} {list(w)}")
    case("linear", linear, [real((2, 3)), real((2, 3))], note="no bias")


def equations():
    for equation, shapes in (
        ("ij,jk->ik", [(2, 3), (3, 2)]),
        ("ij,jk", [(2, 3), (3, 2)]),
        ("ij,kj->ki", [(2, 3), (2, 3)]),
        ("i,i->", [(3,), (3,)]),
        ("i,j->ij", [(2,), (3,)]),
        ("ij->ji", [(2, 3)]),
        ("ij->", [(2, 3)]),
        ("ij->j", [(2, 3)]),
        ("ii->i", [(3, 3)]),
        ("ii", [(3, 3)]),
        ("ba", [(2, 3)]),
        ("bij,bjk->bik", [(2, 2, 2), (2, 2, 2)]),
        ("bij,bij->b", [(2, 2, 2), (2, 2, 2)]),
        ("ij,jk,kl->il", [(2, 2), (2, 3), (3, 1)]),
        ("i,ij,j->", [(2,), (2, 3), (3,)]),
        ("ij,ij,ij->ij", [(2, 2), (2, 2), (2, 2)]),
        ("...ij,...jk->...ik", [(2, 2, 2), (2, 2)]),
        ("...i,...i->...", [(3, 2, 2), (2, 2)]),
        ("b...a", [(2, 3, 2)]),
        ("i...->...", [(3, 2)]),
        ("bhqd,bhkd->bhqk", [(1, 2, 2, 2), (1, 2, 3, 2)]),
        ("iij,j->i", [(2, 2, 3), (3,)]),
        ("ij,k->ik", [(2, 3), (2,)]),
        (",i->i", [(), (3,)]),
        ("ij,jk->ik", [(2, 0), (0, 2)]),
        ("ij,jk->ik", [(2, 1), (3, 2)]),
    ):
        case(
            "einsum",
            lambda *xs: torch.einsum(equation, *xs),
            [real(shape) for shape in shapes],
            call=[equation] + [f"${i}" for i in range(len(shapes))],
            note=f"{equation} {[list(shape) for shape in shapes]}",
        )
    same = lambda x: torch.einsum("ij,ij->i", x, x)
    case("einsum", same, [real((2, 3))], call=["ij,ij->i", "$0", "$0"], note="twice the same")
    numbers = [whole((2, 3)), whole((3, 2))]
    product = lambda a, b: torch.einsum("ij,jk->ik", a, b)
    case("einsum", product, numbers, call=["ij,jk->ik", "$0", "$1"], order=0, note="int32")


def well_conditioned(note, *shape):
    """Random, plus 4 on the diagonal."""
    x = draw(real(shape), drawing(f"matrix {note} {shape}"))
    return x + 4 * torch.eye(shape[-1], dtype=torch.float64)


def systems():
    for a, b in (
        ((3, 3), (3,)),
        ((3, 3), (3, 2)),
        ((2, 2, 2), (2, 2, 1)),
        ((2, 2, 2), (2,)),
        ((2, 2), (2, 2, 1)),
        ((1, 1), (1,)),
        ((0, 0), (0, 2)),
    ):

        def f(x, y):
            # NumPy 2's reading: a 1-d right-hand side is one vector, everything else holds matrices.
            if y.dim() == 1:
                return torch.linalg.solve(x, y.expand(x.shape[:-1]).unsqueeze(-1)).squeeze(-1)
            return torch.linalg.solve(x, y)

        matrix = well_conditioned("solve", *a)
        case("solve", f, [matrix, real(b)], note=f"{list(a)} {list(b)}", roundings=SYSTEM)
    pivoting = f64([[0, 2, 1], [1, 0, 0], [3, 0, 1]])
    case("solve", torch.linalg.solve, [pivoting, real((3, 1))], note="rows change places", roundings=SYSTEM)
    for shape in ((3, 3), (2, 2, 2), (1, 1), (0, 0)):
        matrix = well_conditioned("inv", *shape)
        case("inv", torch.linalg.inv, [matrix], note=f"{list(shape)}", roundings=SYSTEM)
    case("inv", torch.linalg.inv, [pivoting], note="rows change places", roundings=SYSTEM)


def leibniz(a):
    """The determinant as the sum over permutations: right where the matrix is singular, and so are its derivatives."""
    n = a.shape[-1]
    total = 0
    for order in itertools.permutations(range(n)):
        swaps = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        term = (-1.0) ** swaps
        for i, j in enumerate(order):
            term = term * a[..., i, j]
        total = total + term
    return total


def determinants():
    for shape in ((3, 3), (2, 2, 2), (1, 1), (4, 4)):
        matrix = well_conditioned("det", *shape)
        case("det", torch.linalg.det, [matrix], note=f"{list(shape)}", roundings=SYSTEM)
    for note, rows in (
        ("rank 2 of 3", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ("rank 1 of 3", [[1, 2, 3], [2, 4, 6], [-1, -2, -3]]),
        ("zeros", [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
        ("a zero row", [[1, 2], [0, 0]]),
    ):
        case("det", leibniz, [f64(rows)], note=note, scale=100, order=2)
    case("det", leibniz, [real((3, 3))], note="by permutations", roundings=SYSTEM)
    case("det", torch.linalg.det, [torch.empty(0, 0, dtype=torch.float64)], note="of nothing", order=0)


def cholesky():
    """
    Ours is a function of the lower triangle alone, so its gradient is lower triangular: below the diagonal the sum of
    the two halves that PyTorch puts on both sides of it, G + G^T. Differentiating through the symmetric matrix that the
    lower triangle stands for says just that, to every order.
    """

    def f(x):
        return torch.linalg.cholesky(torch.tril(x) + torch.tril(x, -1).transpose(-1, -2))

    for shape in ((3, 3), (2, 2, 2), (1, 1)):
        x = draw(real(shape), drawing(f"cholesky {shape}"))
        positive = x @ x.transpose(-1, -2) + torch.eye(shape[-1], dtype=torch.float64)
        case("cholesky", f, [(positive * 100).round() / 100], note=f"{list(shape)}", roundings=SYSTEM)
    # What is above the diagonal is not read.
    case("cholesky", f, [f64([[4, 99], [2, 5]])], note="not symmetric", roundings=SYSTEM)

    def both_halves(x):
        g = torch.autograd.functional.vjp(torch.linalg.cholesky, x, torch.ones_like(x), create_graph=True)[1]
        return torch.tril(g) + torch.triu(g, 1).transpose(-1, -2)

    x = f64([[5, 1], [1, 3]]).requires_grad_()
    lower = torch.autograd.grad(f(x).sum(), x)[0]
    assert torch.allclose(lower, both_halves(x), rtol=1e-12), "the relation stated above"
