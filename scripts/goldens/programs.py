"""
Small whole programs, in the spirit of the suites of HIPS/autograd and micrograd: values that are used several times,
compositions, second derivatives. Each has a twin of the same name in packages/core/test/support/golden-programs.ts.
"""
import torch
import torch.nn.functional as F

from algebra import leibniz
from record import case, f64, i32, real

PROGRAMS = []


def program(*inputs, order=2, roundings=64):
    """Registers the function below it. A program has tens of steps: 64 roundings."""

    def register(f):
        head, *tail = f.__name__.split("_")
        name = head + "".join(word.capitalize() for word in tail)
        PROGRAMS.append((name, f, inputs, order, roundings))
        return f

    return register


def write():
    for name, f, inputs, order, roundings in PROGRAMS:
        case(name, f, inputs, order=order, roundings=roundings)


# ── scalars, as micrograd has them ───────────────────────────────────────────


@program(f64(-3.0))
def scalar_chain(x):
    u = 3 * x + 1 - x / 2
    v = torch.relu(-u) + u * x
    w = torch.relu(v * v)
    return w + v + v * x


@program(f64(-2.5), f64(1.25))
def running_totals(a, b):
    c, d = a - b, a * b + b**3
    c = c + c + 2
    c = c + 1 + c - a
    d = d + 2 * d + torch.relu(b + a)
    d = d + 3 * d + torch.relu(b - a)
    e = (c - d) ** 2
    return e / 4 + 5 / e


@program(real((3,)), real((3,)), real(()))
def neuron(w, x, b):
    return torch.tanh((w * x).sum() + b)


@program(real((4, 2)), real((3, 2), -1, 1), real((3,)), real((1, 3), -1, 1), real((1,)), real((4, 1)))
def network(x, w1, b1, w2, b2, target):
    y = F.linear(torch.tanh(F.linear(x, w1, b1)), w2, b2)
    return ((y - target) ** 2).mean()


@program(real((2,)))
def repeated(x):
    return x * x * x + x * x - x + x / x


@program(real((3,), 0.2, 1.5))
def fan_out(x):
    s = torch.sin(x)
    return s * torch.exp(s) + s / (1 + s * s) - torch.sqrt(s + x)


@program(f64(1.2))
def doubling(x):
    y = x
    for _ in range(5):
        y = y + y * x
    return y


# ── series and iterations ────────────────────────────────────────────────────


@program(real((3,)))
def sine_series(x):
    term = total = x
    for k in range(1, 12):
        term = -term * x * x / (2 * k * (2 * k + 1))
        total = total + term
    return total


@program(real((3,)))
def tanh_by_exp(x):
    e = torch.exp(-2 * x)
    return (1 - e) / (1 + e)


@program(real((2,), 0.5, 3))
def square_root_by_newton(a):
    x = a
    for _ in range(6):
        x = (x + a / x) / 2
    return x


@program(real((5,)))
def heat(u):
    for _ in range(3):
        u = u + 0.2 * (torch.roll(u, 1, 0) + torch.roll(u, -1, 0) - 2 * u)
    return u * u


@program(real((3, 2)), real((2, 2), -1, 1), real((2, 2), -1, 1))
def recurrent(x, w, u):
    h = torch.zeros(2, dtype=torch.float64)
    for t in range(3):
        h = torch.tanh(w @ h + u @ x[t])
    return h


# ── shapes ───────────────────────────────────────────────────────────────────


@program(real((3, 1)), real((1, 2)), real((2,)), real(()))
def broadcasting(a, b, c, d):
    return (a * b + c) / (1 + d * d) - a.sum(0) * c


@program(real((5,)))
def items(x):
    return x[0] * x[-1] + (x[1:4] ** 2).sum() - x[i32([0, 0, 2]).long()].prod()


@program(real((2,)), real((3,)))
def joined(a, b):
    y = torch.cat([a, a * a, torch.flip(b, [0])])
    return torch.stack([y[:3], b]).prod(0) + y.sum()


@program(f64([-2, -0.5, 0.5, 1.5]))
def branches(x):
    return (
        torch.where(x > 0, x * x, -(x**3)) + torch.clamp(x, -1, 1) * torch.maximum(x, 2 * x) + torch.abs(x)
    )


@program(f64([-2, -0.5, -1.25]))
def negative_base(x):
    return x**3 - x**-2 + (x**2) ** 1.5


@program(real((3,)), real((3, 3)))
def quadratic_form(x, a):
    return torch.einsum("i,ij,j->", x, a, x) + torch.einsum("ii", a) * torch.einsum("ij,kj->ik", a, a).sum()


@program(real((2, 4)))
def ordered(x):
    weights = f64([1, -2, 3, 0.5])
    return (
        (torch.sort(x, 1)[0] * weights).sum(1) * torch.amax(x, 1)
        + torch.cumprod(x, 1).sum(1)
        - torch.cumsum(x, 1)[:, 2]
    )


# ── losses and layers ────────────────────────────────────────────────────────


@program(real((3, 2)), real((4, 2)), i32([[2], [0], [3]]))
def cross_entropy(x, w, labels):
    logits = x @ w.T
    return (torch.logsumexp(logits, 1, keepdim=True) - torch.gather(logits, 1, labels.long())).mean()


@program(real((4, 2)), real((2,)), f64([1, 0, 0, 1]))
def logistic_regression(x, w, y):
    return F.softplus((1 - 2 * y) * (x @ w), threshold=700).sum() + 0.1 * (w * w).sum()


@program(real((3, 2)), real((4, 2)), real((4, 2)))
def attention(q, k, v):
    return torch.softmax(q @ k.T / 2**0.5, -1) @ v


@program(real((2, 4)), real((4,)), real((4,)))
def layer_norm(x, gain, bias):
    return F.layer_norm(x, (4,), gain, bias, eps=1e-3)


@program(real((4, 1)), real((3,)), real((3,), 0.5, 2), real((3,)))
def mixture(x, mean, deviation, logits):
    z = (x - mean) / deviation
    return torch.logsumexp(torch.log_softmax(logits, 0) - 0.5 * z * z - torch.log(deviation), 1).sum()


@program(real((1, 1, 5, 5)), real((2, 1, 2, 2), -1, 1), real((3, 8), -1, 1))
def image_network(x, kernels, w):
    y = F.max_pool2d(F.gelu(F.conv2d(x, kernels), approximate="tanh"), 2)
    return torch.log_softmax(F.linear(y.flatten(), w), 0)[1]


# ── linear algebra ───────────────────────────────────────────────────────────


@program(real((3, 3), -1, 1), real((3,)), roundings=512)
def gaussian(a, x):
    """Density of a normal distribution: log det and quadratic form by a Cholesky factor and a solution."""
    s = a @ a.T + torch.eye(3, dtype=torch.float64)
    log_det = 2 * torch.log(torch.diagonal(torch.linalg.cholesky(s))).sum()
    return -0.5 * (x @ torch.linalg.solve(s, x) + log_det) + torch.log(torch.linalg.det(s))


@program(real((3, 2)), real((3,)), roundings=512)
def least_squares(a, b):
    return torch.linalg.solve(a.T @ a + 0.1 * torch.eye(2, dtype=torch.float64), a.T @ b)


@program(real((3, 2)), order=1)
def distances(x):
    """The diagonal is 0, where the norm has a kink."""
    return torch.linalg.vector_norm(x.unsqueeze(0) - x.unsqueeze(1), 2, -1)


# ── derivatives inside ───────────────────────────────────────────────────────


def gradient(f, x):
    return torch.autograd.grad(f(x), x, create_graph=True)[0]


@program(real((3,), 0.3, 1.5))
def second_derivatives(x):
    """Its second-order golden is of the fourth order."""
    first = lambda y: gradient(lambda z: (torch.sin(torch.exp(z)) + torch.log(1 + z * z)).sum(), y)
    return gradient(lambda y: first(y).sum(), x)


@program(real((3, 3)))
def cofactors(a):
    """The gradient of the determinant; its second-order golden is of the third order."""
    return gradient(leibniz, a)


@program(real((4,)))
def running_products(x):
    return gradient(lambda y: (torch.cumprod(y, 0) * f64([1, -2, 3, 0.5])).sum(), x)


@program(real((2, 2), -1, 1), real((2,), -1, 1))
def gradient_penalty(w, x):
    slope = torch.autograd.grad(torch.tanh(w @ x).sum(), x, create_graph=True)[0]
    return (torch.sqrt((slope * slope).sum() + 1) - 1) ** 2


@program(real((3,)))
def constants_inside(x):
    return x * x.detach() + torch.exp(x.detach()) * torch.sin(x)


@program(real((2,)), real((2,)))
def unused(x, y):
    return x * x + 0 * y
