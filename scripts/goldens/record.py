"""
One record per case, in lists by op: inputs, the call, values, and derivatives by torch.autograd.

    note       what is special about the case, unless shapes and arguments say it
    args       arguments of the call after the inputs
    call       where these do not come first: all arguments, in which "$0" stands for input 0
    in, out    [shape, values in row-major order, dtype unless float64]; out is one per result; true or false as such
    g          per input the gradient of sum(result * cotangent); null for int32 and bool inputs; 0: all zero
    h          per input the gradient of sum(g * weights): second order, where the record has it; 0: all zero
    roundings  by how many roundings of float64 results and derivatives may differ, relative to the largest, where the
               usual number does not do
    scale      how large the terms are that cancel in the result or its derivatives, where these say too little
    zeros      the signs of zeros in the result are the same everywhere, and compared

NaN and infinities are texts, since JSON has no such numbers.
"""
import json
import math
import random

import numpy as np
import torch

DTYPES = {
    torch.float64: "float64",
    torch.float32: "float32",
    torch.int32: "int32",
    torch.int64: "int32",
    torch.bool: "bool",
}
ENOUGH = 3
_records = {}
_second = {}


def take_records():
    """The JSON texts made since the last call, in lists by op."""
    records = dict(_records)
    _records.clear()
    return records


# ── inputs ───────────────────────────────────────────────────────────────────


def drawing(seed: str) -> random.Random:
    return random.Random(seed)


def real(shape, low=-2.0, high=2.0):
    """Asks for numbers from low to high, none of them 0, distinct while there are enough: see `choices`."""
    return ("real", tuple(shape), low, high)


def whole(shape, low=-5, high=5):
    """Asks for int32 from low to high, both included."""
    return ("whole", tuple(shape), low, high)


def mask(*shape):
    """Asks for bools."""
    return ("mask", tuple(shape), 0, 1)


def f64(values):
    return torch.tensor(values, dtype=torch.float64)


def i32(values):
    return torch.tensor(values, dtype=torch.int32)


def boolean(values):
    return torch.tensor(values, dtype=torch.bool)


def f32(values):
    return torch.tensor(values, dtype=torch.float32)


def choices(low, high):
    """Quarters, so that sums and products are short to write; hundredths where there are few quarters."""
    grid = 4 if (high - low) * 4 >= 8 else 100
    return [k / grid for k in range(math.ceil(low * grid), math.floor(high * grid) + 1) if k != 0]


def draw(wanted, rng: random.Random):
    if isinstance(wanted, torch.Tensor):
        return wanted
    kind, shape, low, high = wanted
    n = math.prod(shape)
    if kind == "real":
        pool = choices(low, high)
        return f64(rng.sample(pool, n) if n <= len(pool) else rng.choices(pool, k=n)).reshape(shape)
    drawn = [rng.randint(low, high) for _ in range(n)]
    return (i32(drawn) if kind == "whole" else boolean(drawn)).reshape(shape)


# ── derivatives ──────────────────────────────────────────────────────────────


def cotangent(shape, start):
    """Fixed numbers, none of them 0; the tests have the same formula."""
    n = math.prod(shape)
    return f64([((7 * (k + start)) % 13 - 6.5) / 4 for k in range(n)]).reshape(shape)


def is_float(x):
    return x.dtype.is_floating_point


def gradients(y, xs, **options):
    """Zeros where y does not depend on x."""
    if not y.requires_grad:
        return [torch.zeros_like(x) for x in xs]
    found = torch.autograd.grad(y, xs, allow_unused=True, **options)
    return [torch.zeros_like(x) if g is None else g for x, g in zip(xs, found)]


def weighted(tensors, step):
    """Sum of all elements, each times its own number."""
    total = torch.zeros((), dtype=torch.float64)
    for i, x in enumerate(tensors):
        total = total + (x * cotangent(x.shape, step * (i + 1))).sum()
    return total


def derivatives(f, inputs, order):
    """Results of f, gradients, second-order gradients (None where not asked for)."""
    if order == 0:
        results = f(*inputs)
        return (list(results) if isinstance(results, (tuple, list)) else [results]), None, None
    xs = [x.detach().clone().requires_grad_() if is_float(x) else x for x in inputs]
    results = f(*xs)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    floats = [x for x in xs if is_float(x)]
    g = gradients(weighted([y for y in results if is_float(y)], 5), floats, create_graph=True)
    h = gradients(weighted(g, 3), floats) if order == 2 else None
    return results, spread(xs, g), None if h is None else spread(xs, h)


def spread(xs, found):
    """One entry per input, None for those that are not floats."""
    rest = iter(found)
    return [next(rest) if is_float(x) else None for x in xs]


# ── writing ──────────────────────────────────────────────────────────────────


def number(x):
    if isinstance(x, bool):
        return int(x)
    if isinstance(x, float):
        if math.isnan(x):
            return "NaN"
        if math.isinf(x):
            return "Infinity" if x > 0 else "-Infinity"
        if x == int(x) and abs(x) < 1e15 and not (x == 0 and math.copysign(1, x) < 0):
            return int(x)
    return x


def flat(x):
    return [number(v) for v in x.detach().reshape(-1).tolist()]


def rounded(x):
    """To 16 digits of the largest number: two roundings of it off at most, and shorter to write."""
    if x._is_zerotensor():
        return [0] * x.numel()
    values = x.detach().reshape(-1).tolist()
    scale = max((abs(v) for v in values if math.isfinite(v)), default=0)
    digits = 15 - math.floor(math.log10(scale)) if scale > 0 else 0
    return [number(round(v, digits) if math.isfinite(v) else v) for v in values]


def tensor_of(x):
    if isinstance(x, bool):
        return x
    entry = [list(x.shape), flat(x)]
    return entry if x.dtype == torch.float64 else entry + [DTYPES[x.dtype]]


def encoded(args):
    if isinstance(args, (list, tuple)):
        return [encoded(a) for a in args]
    if isinstance(args, dict):
        return {key: encoded(a) for key, a in args.items()}
    return args if isinstance(args, bool) else number(args)


def gradient_of(found):
    """Compact: 0 where nothing flows."""
    lists = [None if x is None else rounded(x) for x in found]
    return 0 if all(v == 0 for values in lists if values for v in values) else lists


def case(
    op, reference, inputs, args=None, call=None, note="", order=None, roundings=None, scale=None, zeros=False
):
    """
    Records `reference(*inputs)`. `args` are further arguments after the inputs; `call` is the whole list. `order` 0: no
    derivative; 1: gradient; 2: second order too; None: that for the first cases of an op where it is not 0.
    """
    rng = drawing(f"{op} {note}")
    xs = [draw(x, rng) for x in inputs]
    results, g, h = derivatives(reference, xs, 2 if order is None else order)
    if h is not None and gradient_of(h) != 0:
        _second[op] = _second.get(op, 0) + 1
        if order is None and _second[op] > ENOUGH:
            h = None
    record = {}
    if note and not note.startswith("["):
        record["note"] = note
    if args:
        record["args"] = encoded(args)
    if call is not None:
        record["call"] = encoded(call)
    record["in"] = [tensor_of(x) for x in xs]
    record["out"] = [tensor_of(y) for y in results]
    if g is not None:
        record["g"] = gradient_of(g)
    if h is not None:
        record["h"] = gradient_of(h)
    if roundings is not None:
        record["roundings"] = roundings
    if scale is not None:
        record["scale"] = scale
    if zeros:
        record["zeros"] = True
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    _records.setdefault(op, []).append(text)


def by_numpy(f):
    """A reference written with NumPy, for values alone (order 0)."""
    return lambda *xs: torch.from_numpy(np.array(f(*(x.numpy() for x in xs))))
