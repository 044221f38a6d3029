"""
Goldens of losses: what PyTorch computes, with first and second derivatives by double backward.

    python3 scripts/goldens/nn/losses.py            (writes packages/nn/test/goldens/losses.json)

Needs Debian's python3-torch (1.13). All numbers are float64, drawn from a seed made of the case's options and number, so
that a case at the end of a list leaves the others as they are. One record per case, in lists by loss;
packages/nn/test/losses/goldens.test.ts reads them:

    options  our options but tensors
    tensors  the options that are tensors: [shape, values, dtype unless float64]
    in, out  prediction and target, and the result
    g        per input the gradient of sum(out * cotangent), null for int32
    h        per input the gradient of sum(g * cotangents), null for int32

Means and masks are computed from PyTorch's individual losses (reduction='none'), but for the options that PyTorch has.
"""
import json
import os
import random
import sys
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
warnings.filterwarnings("ignore")

import torch
import torch.nn.functional as F
from layer_record import FOLDER
from record import DTYPES, cotangent, flat, rounded

records = {}

# ── inputs ───────────────────────────────────────────────────────────────────


def numbers(rng, shape, low=-2.0, high=2.0):
    """In steps of 1/64."""
    n = 1
    for size in shape:
        n *= size
    return torch.tensor([round(rng.uniform(low, high) * 64) / 64 for _ in range(n)], dtype=torch.float64).reshape(shape)


def shares(rng, shape):
    return numbers(rng, shape, 1 / 16, 15 / 16)


def distributions(rng, shape):
    """Along the last axis."""
    drawn = numbers(rng, shape, 0.25, 2.0)
    return drawn / drawn.sum(-1, keepdim=True)


def classes(rng, shape, high):
    n = 1
    for size in shape:
        n *= size
    return torch.tensor([rng.randrange(high) for _ in range(n)], dtype=torch.int32).reshape(shape)


def bools(rng, shape):
    """At least one true and one false."""
    drawn = classes(rng, shape, 2).reshape(-1)
    drawn[0], drawn[-1] = 1, 0
    return drawn.bool().reshape(shape)


# ── results ──────────────────────────────────────────────────────────────────


def reduced(losses, options, mask=None, weights=None):
    """The individual losses as `options` ask, over those kept; `weights` is how much each counts in a mean."""
    how = options.get("reduction", "mean")
    kept = torch.ones(losses.shape, dtype=torch.bool) if mask is None else mask
    while kept.dim() < losses.dim():
        kept = kept.unsqueeze(-1)
    kept = kept.expand(losses.shape)
    scale = options.get("scale", 1)
    if how == "none":
        return torch.where(kept, losses, torch.zeros_like(losses)) * scale
    total = losses[kept].sum()
    if how == "sum":
        return total * scale
    if how == "batchMean":
        samples = losses.shape[0] if losses.dim() > 0 else 1
        return total / kept.reshape(samples, -1).any(1).sum() * scale
    return total / (kept.sum() if weights is None else weights[kept].sum()) * scale


def gradients(y, xs):
    found = torch.autograd.grad(y, xs, create_graph=True, allow_unused=True)
    return [torch.zeros_like(x) if g is None else g for x, g in zip(xs, found)]


def second(objective, xs, g):
    total = sum((each * cotangent(each.shape, 3 * (i + 1))).sum() for i, each in enumerate(g))
    if not total.requires_grad:
        return [torch.zeros_like(x) for x in xs]
    found = []
    for x in xs:
        (d,) = torch.autograd.grad(total, [x], retain_graph=True, allow_unused=True)
        found.append(torch.zeros_like(x) if d is None or d._is_zerotensor() else d)
    return found


def entry(x):
    made = [list(x.shape), flat(x)]
    return made if x.dtype == torch.float64 else made + [DTYPES[x.dtype]]


def case(loss, f, inputs, options=None, tensors=None, derivatives=True):
    """`f(prediction, target, options, tensors)` is the result; `inputs(rng)` and `tensors(rng)` draw what it takes."""
    options = options or {}
    rng = random.Random(f"{loss} {json.dumps(options)} {len(records.get(loss, []))}")
    xs = [x.detach().clone().requires_grad_() if x.dtype.is_floating_point else x for x in inputs(rng)]
    extra = tensors(rng) if tensors else {}
    y = f(*xs, options, extra)
    floats = [x for x in xs if x.dtype.is_floating_point]
    objective = (y * cotangent(y.shape, 5)).sum()
    g = gradients(objective, floats)
    h = second(objective, floats, g)

    def listed(found):
        rest = iter(found)
        each = [next(rest) if x.dtype.is_floating_point else None for x in xs]
        return [None if d is None else rounded(d) for d in each]

    record = {"options": options} if options else {}
    if extra:
        record["tensors"] = {name: entry(x) for name, x in extra.items()}
    record.update({"in": [entry(x) for x in xs], "out": entry(y)})
    if derivatives:
        record.update({"g": listed(g), "h": listed(h)})
    text = json.dumps(record, separators=(",", ":"), allow_nan=False)
    records.setdefault(loss, []).append(text)


# ── cases ────────────────────────────────────────────────────────────────────

REDUCTIONS = ["mean", "batchMean", "sum", "none"]


def elementwise(name, pytorch, draw, variants=({},), weights=()):
    """`pytorch(prediction, target, options, tensors, reduction)`; `weights` are shapes of posWeight."""

    def own(p, t, options, extra):
        """By PyTorch's own reduction."""
        return pytorch(p, t, options, extra, options.get("reduction", "mean")) * options.get("scale", 1)

    def ours(p, t, options, extra):
        if name == "klDiv":
            options = {**options, "reduction": options["reduction"].replace("mean", "batchMean")}
        return reduced(pytorch(p, t, options, extra, "none"), options, extra.get("mask"))

    mask = lambda shape: lambda rng: {"mask": bools(rng, shape)}
    for options in variants:
        case(name, own, lambda rng: draw(rng, (3, 4)), options)
        for reduction in REDUCTIONS:
            call = ours if reduction == "batchMean" else own
            case(name, call, lambda rng: draw(rng, (2, 3)), {"reduction": reduction, **options})
    first = {**variants[0], "reduction": "sum", "scale": 0.5}
    case(name, own, lambda rng: draw(rng, (2, 2, 2)), first)
    case(name, own, lambda rng: draw(rng, (3,)), {"reduction": "none", "scale": -3})
    case(name, own, lambda rng: draw(rng, ()))
    for shape in weights:
        case(name, own, lambda rng: draw(rng, (2, 3)), {}, lambda rng: {"posWeight": numbers(rng, shape, 0.25, 3.0)})
    for reduction in REDUCTIONS:
        options = {"reduction": reduction}
        case(name, ours, lambda rng: draw(rng, (3, 2)), options, mask((3, 2)))
        case(name, ours, lambda rng: draw(rng, (3, 2)), options, mask((3,)))


def regression():
    # Off the steps of 1/64: no difference is at a kink, 0 or delta.
    both = lambda rng, shape: [numbers(rng, shape), numbers(rng, shape) + 1 / 128]
    elementwise("mse", lambda p, t, o, e, r: F.mse_loss(p, t, reduction=r), both)
    elementwise("l1", lambda p, t, o, e, r: F.l1_loss(p, t, reduction=r), both)
    elementwise(
        "huber",
        lambda p, t, o, e, r: F.huber_loss(p, t, reduction=r, delta=o.get("delta", 1)),
        both,
        [{}, {"delta": 0.5}, {"delta": 3}],
    )


def f64(x):
    return torch.tensor(x, dtype=torch.float64)


def binary():
    elementwise(
        "bce",
        lambda p, t, o, e, r: F.binary_cross_entropy(p, t, reduction=r),
        lambda rng, shape: [shares(rng, shape), shares(rng, shape)],
    )
    elementwise(
        "bceWithLogits",
        lambda z, t, o, e, r: F.binary_cross_entropy_with_logits(
            z, t, reduction=r, pos_weight=e.get("posWeight", f64(o["posWeight"]) if "posWeight" in o else None)
        ),
        lambda rng, shape: [numbers(rng, shape, -4, 4), shares(rng, shape)],
        [{}, {"posWeight": 2.5}],
        [(3,), (2, 1), (2, 3)],
    )


def divergence():
    def kl(p, t, o, e, reduction):
        how = "batchmean" if reduction == "mean" else reduction
        return F.kl_div(p, t, reduction=how, log_target=o.get("logTarget", False))

    def both(rng, shape):
        if shape == ():
            return [f64(-0.75), f64(0.3)]
        return [torch.log(distributions(rng, shape)), distributions(rng, shape)]

    elementwise("klDiv", kl, both)
    logs = lambda rng, shape: [torch.log(distributions(rng, shape)) for _ in range(2)]
    for reduction in REDUCTIONS:
        options = {"logTarget": True, "reduction": reduction}
        call = lambda p, t, o, e: kl(p, t, o, e, o["reduction"].replace("batchMean", "mean"))
        case("klDiv", call, lambda rng: logs(rng, (2, 3)), options)
    case("klDiv", lambda p, t, o, e: kl(p, t, o, e, "mean"), lambda rng: logs(rng, (3,)), {"logTarget": True})


def cosine():
    def distance(p, t, o):
        return 1 - F.cosine_similarity(p, t, dim=o.get("axis", -1), eps=o.get("eps", 1e-8))

    f = lambda p, t, o, e: reduced(distance(p, t, o), o, e.get("mask"))
    both = lambda shape: lambda rng: [numbers(rng, shape), numbers(rng, shape)]
    name = "cosineSimilarity"
    case(name, f, both((3, 4)))
    case(name, f, both((4,)))
    case(name, f, both((2, 3, 2)), {"reduction": "none"})
    for axis in (0, 1, 2, -2):
        case(name, f, both((2, 3, 2)), {"axis": axis, "reduction": "none"})
    # PyTorch's derivative is not that of its limited norms.
    case(name, f, both((2, 3)), {"eps": 4.0}, derivatives=False)
    for reduction in REDUCTIONS:
        case(name, f, both((2, 3)), {"reduction": reduction, "scale": 2})
        case(name, f, both((3, 2)), {"reduction": reduction}, lambda rng: {"mask": bools(rng, (3,))})
        options = {"reduction": reduction, "axis": 1}
        case(name, f, both((3, 2, 2)), options, lambda rng: {"mask": bools(rng, (3, 2))})
        case(name, f, both((3, 2, 2)), options, lambda rng: {"mask": bools(rng, (3,))})


def likelihoods():
    """Losses of classes: PyTorch's own means, and ours from the individual losses where it has none."""

    def individual(of, z, t, options, extra):
        """With [classes] as [1, classes]."""
        target = t.long() if t.dtype == torch.int32 else t
        keywords = {"weight": extra.get("weight"), "reduction": "none"}
        if "labelSmoothing" in options:
            keywords["label_smoothing"] = options["labelSmoothing"]
        if "ignoreIndex" in options:
            keywords["ignore_index"] = options["ignoreIndex"]
        return of(z, target, **keywords)

    def ours(of):
        def f(z, t, options, extra):
            mask = extra.get("mask")
            if "ignoreIndex" in options:
                used = t != options["ignoreIndex"]
                mask = used if mask is None else used & mask
            weights = None
            if "weight" in extra and t.dtype == torch.int32:
                safe = t if mask is None else torch.where(mask, t, torch.zeros_like(t))
                weights = extra["weight"][safe.long()]
            return reduced(individual(of, z, t, options, extra), options, mask, weights)

        return f

    def own(of):
        def f(z, t, options, extra):
            keywords = {"weight": extra.get("weight"), "reduction": options.get("reduction", "mean")}
            if "labelSmoothing" in options:
                keywords["label_smoothing"] = options["labelSmoothing"]
            if "ignoreIndex" in options:
                keywords["ignore_index"] = options["ignoreIndex"]
            return of(z, t.long() if t.dtype == torch.int32 else t, **keywords) * options.get("scale", 1)

        return f

    def along(shape):
        """Distributions over the axis of classes."""
        return lambda rng: distributions(rng, (*shape[:1], *shape[2:], shape[1])).movedim(-1, 1)

    def targets(shape):
        return () if len(shape) == 1 else (shape[0], *shape[2:])

    weight = lambda rng, n: {"weight": numbers(rng, (n,), 0.25, 3.0)}
    for name, of in (("crossEntropy", F.cross_entropy), ("nll", F.nll_loss)):
        smooth = [{}, {"labelSmoothing": 0.2}] if name == "crossEntropy" else [{}]

        def scores(rng, shape, name=name):
            z = numbers(rng, shape)
            return z if name == "crossEntropy" else torch.log_softmax(z, 0 if len(shape) == 1 else 1)

        def indices(shape, ignored=None):
            def draw(rng):
                z = scores(rng, shape)
                c = classes(rng, targets(shape), shape[min(1, len(shape) - 1)])
                if ignored is not None:
                    c.reshape(-1)[1] = ignored
                return [z, c]

            return draw

        for shape in [(3, 4), (4,), (2, 3, 2), (2, 2, 2, 2)]:
            case(name, own(of), indices(shape))
        for options in smooth:
            for reduction in REDUCTIONS:
                call = ours(of) if reduction == "batchMean" else own(of)
                asked = {"reduction": reduction, **options}
                case(name, call, indices((2, 3)), asked)
                case(name, call, indices((4, 3)), asked, lambda rng: weight(rng, 3))
                case(name, call, indices((3, 3), -100), {**asked, "ignoreIndex": -100}, lambda rng: weight(rng, 3))
                masks = lambda rng: {**weight(rng, 3), "mask": bools(rng, (2, 2))}
                case(name, ours(of), indices((2, 3, 2)), asked, masks)
                case(name, ours(of), indices((2, 3, 2)), asked, lambda rng: {"mask": bools(rng, (2,))})
            case(name, own(of), indices((3,)), {**options, "scale": 2}, lambda rng: weight(rng, 3))
            case(name, own(of), indices((4, 3), 1), {**options, "ignoreIndex": 1})
            both = {**options, "ignoreIndex": 0}
            case(name, ours(of), indices((8, 3), 0), both, lambda rng: {"mask": bools(rng, (8,))})
        if name == "nll":
            continue
        for options in smooth:
            for reduction in REDUCTIONS:
                call = ours(of) if reduction == "batchMean" else own(of)
                asked = {"reduction": reduction, **options}
                draw = lambda rng: [numbers(rng, (2, 2, 2)), along((2, 2, 2))(rng)]
                case(name, call, draw, asked)
                case(name, call, draw, asked, lambda rng: weight(rng, 2))
                case(name, ours(of), draw, asked, lambda rng: {**weight(rng, 2), "mask": bools(rng, (2, 2))})
            case(name, own(of), lambda rng: [numbers(rng, (4,)), distributions(rng, (4,))], options)


def main() -> None:
    for family in (regression, binary, likelihoods, divergence, cosine):
        family()
    os.makedirs(FOLDER, exist_ok=True)
    lists = [f'"{loss}":[\n' + ",\n".join(lines) + "\n]" for loss, lines in records.items()]
    text = "{" + ",\n".join(lists) + "}\n"
    with open(os.path.join(FOLDER, "losses.json"), "w", encoding="utf8", newline="\n") as file:
        file.write(text)
    print(f"losses: {sum(map(len, records.values()))} records, {len(text)} bytes")


main()
