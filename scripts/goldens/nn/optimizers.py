"""
Goldens of the optimizers, schedules, clipping and averages of packages/nn, from PyTorch.

    apt-get install python3-torch             (Debian 12: PyTorch 1.13)
    python3 scripts/goldens/nn/optimizers.py  (writes packages/nn/test/goldens/optimizers.json)

The tests (packages/nn/test/optim/) read the JSON and need no Python. Options are written in camelCase, as the tests pass
them on, and translated here. Nothing is random: gradients are curvature * parameter + pushes[step], with the pushes below.
"""
import json
import math
import os
import re
import warnings

import torch
from torch.optim import lr_scheduler as schedulers
from torch.optim.swa_utils import AveragedModel

warnings.filterwarnings("ignore")
STEPS = 20
STARTS = [[1.0, -2.0, 0.5, 3.0], [-0.75, 0.0]]
SHAPES = [[2, 2], [2]]
CURVATURES = [[0.3, 1.5, 0.02, 0.0], [0.8, 0.1]]


def push(step, element):
    """Signs and sizes change, one early step is a giant (amsgrad remembers it), one element of the first stays without."""
    if element == 3:
        return 0.0
    size = 8.0 if step == 3 else 0.9
    return round(size * math.sin(2.3 * step + 1.7 * element) + 0.2 * math.cos(0.4 * element), 4)


PUSHES = [[[push(step, e) for e in range(4)], [push(step, e) for e in (5, 6)]] for step in range(STEPS)]

TORCH_NAMES = {
    "tMax": "T_max",
    "RMSProp": "RMSprop",
    "CosineLR": "CosineAnnealingLR",
    "LinearWarmup": "LinearLR",
    "initialAccumulatorValue": "initial_accumulator_value",
}


def torch_options(options):
    snake = {TORCH_NAMES.get(k) or re.sub("[A-Z]", lambda m: "_" + m[0].lower(), k): v for k, v in options.items()}
    return {k: tuple(v) if k == "betas" else v for k, v in snake.items()}


def torch_class(module, name):
    return getattr(module, TORCH_NAMES.get(name, name))


# ── trajectories ─────────────────────────────────────────────────────────────


def numbers(x):
    # Nine digits tell any two float32 apart.
    return [float(f"{v:.9g}") if x.dtype == torch.float32 else v for v in x.flatten().tolist()]


def trajectory(optimizer, options, groups=None, skips=(), rates=None, dtype="float64"):
    """Parameters after each step, and the state at the end. `skips`: steps in which the second parameter has no gradient."""
    rates = rates or {}
    kind = getattr(torch, dtype)
    params = [
        torch.tensor(start, dtype=kind).reshape(shape).requires_grad_() for start, shape in zip(STARTS, SHAPES)
    ]
    split = params if groups is None else [{"params": [p], **torch_options(g)} for p, g in zip(params, groups)]
    made = torch_class(torch.optim, optimizer)(split, **torch_options(options))
    path = []
    for step in range(STEPS):
        for group in made.param_groups:
            group["lr"] = rates.get(str(step), group["lr"])
        for i, p in enumerate(params):
            curvature = torch.tensor(CURVATURES[i], dtype=kind).reshape(SHAPES[i])
            pushed = torch.tensor(PUSHES[step][i], dtype=kind).reshape(SHAPES[i])
            p.grad = None if i == 1 and step in skips else p.detach() * curvature + pushed
        made.step()
        path.append([x for p in params for x in numbers(p.detach())])
    state = [
        {
            name: numbers(value)
            for name, value in made.state[p].items()
            if isinstance(value, torch.Tensor)
        }
        for p in params
    ]
    record = {"optimizer": optimizer, "options": options, "dtype": dtype, "path": path, "state": state}
    extra = {"groups": groups, "skips": list(skips), "rates": rates}
    return {**record, **{name: value for name, value in extra.items() if value}}


OPTIONS = {
    "SGD": [
        {"lr": 0.1},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True},
        {"lr": 0.1, "weightDecay": 0.05},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weightDecay": 0.05},
        {"lr": 0.1, "momentum": 0.8, "dampening": 0.5, "weightDecay": 0.05},
    ],
    "Adam": [
        {},
        {"lr": 0.1},
        {"lr": 0.1, "betas": [0.7, 0.95]},
        {"lr": 0.1, "betas": [0, 0.5]},
        {"lr": 0.1, "eps": 0.1},
        {"lr": 0.1, "weightDecay": 0.2},
        {"lr": 0.1, "betas": [0.8, 0.6], "amsgrad": True},
        {"lr": 0.1, "betas": [0.8, 0.6], "amsgrad": True, "weightDecay": 0.2, "eps": 0.01},
    ],
    "AdamW": [
        {},
        {"lr": 0.1, "weightDecay": 0.2},
        {"lr": 0.1, "weightDecay": 0},
        {"lr": 0.1, "betas": [0.8, 0.6], "amsgrad": True, "weightDecay": 0.2, "eps": 0.01},
    ],
    "RMSProp": [
        {},
        {"lr": 0.05, "alpha": 0.8},
        {"lr": 0.05, "eps": 0.1},
        {"lr": 0.05, "momentum": 0.7},
        {"lr": 0.05, "centered": True, "eps": 0.001},
        {"lr": 0.05, "weightDecay": 0.2},
        {"lr": 0.05, "alpha": 0.8, "momentum": 0.7, "centered": True, "eps": 0.001},
        {"lr": 0.05, "alpha": 0.8, "momentum": 0.7, "centered": True, "eps": 0.001, "weightDecay": 0.2},
    ],
    "Adagrad": [
        {},
        {"lr": 0.3},
        {"lr": 0.3, "lrDecay": 0.2},
        {"lr": 0.3, "weightDecay": 0.2},
        {"lr": 0.3, "initialAccumulatorValue": 0.5},
        {"lr": 0.3, "eps": 0.1},
        {"lr": 0.3, "lrDecay": 0.2, "weightDecay": 0.2, "initialAccumulatorValue": 0.5, "eps": 0.1},
    ],
}


def trajectories():
    for optimizer, rows in OPTIONS.items():
        yield from (trajectory(optimizer, options) for options in rows)
        fullest = rows[-1]
        # Groups with settings of their own, steps without a gradient, a rate that is set on the way.
        own = {"lr": 0.02, "weightDecay": 0.1}
        yield trajectory(optimizer, fullest, [{}, own], skips=(0, 1, 5, 6, 12), rates={"10": 0.04})
        yield trajectory(optimizer, fullest, dtype="float32")
    # 1 - 0.999^t, in float32, would be wrong in the fourth digit.
    yield trajectory("Adam", {"lr": 0.1}, dtype="float32")


# ── averages, clipping ───────────────────────────────────────────────────────


def average(decay):
    """AveragedModel copies at its first update, here before the first step; then it averages."""

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.p = torch.nn.Parameter(torch.tensor(STARTS[0], dtype=torch.float64))

    model = Model()
    averaged = AveragedModel(model, avg_fn=lambda mean, p, _: decay * mean + (1 - decay) * p)
    averaged.update_parameters(model)
    path = []
    for step in range(STEPS):
        with torch.no_grad():
            model.p.add_(torch.tensor(PUSHES[step][0], dtype=torch.float64))
        averaged.update_parameters(model)
        path.append(averaged.module.p.tolist())
    return {"decay": decay, "path": path}


def clip(dtype, scale, norm_type=None, max_norm=None, value=None):
    grads = [[scale * x for x in list_] for list_ in PUSHES[3]]
    params = [torch.zeros(len(g), dtype=getattr(torch, dtype)).requires_grad_() for g in grads]
    for p, g in zip(params, grads):
        p.grad = torch.tensor(g, dtype=p.dtype)
    record = {"dtype": dtype, "grads": grads}
    if value is not None:
        torch.nn.utils.clip_grad_value_(params, value)
        record["value"] = value
    else:
        norm = torch.nn.utils.clip_grad_norm_(params, float(max_norm), float(norm_type))
        record |= {"normType": norm_type, "maxNorm": max_norm, "norm": norm.item()}
    return {**record, "clipped": [p.grad.tolist() for p in params]}


def clips():
    for norm_type in (1, 2, "inf"):
        for max_norm in (0.5, 100, 0, "inf"):
            yield clip("float64", 1, norm_type, max_norm)
        # As small as the 1e-6 in the divisor.
        yield clip("float64", 1e-6, norm_type, 1e-6)
        yield clip("float32", 1, norm_type, 0.5)
    for value in (0.5, 100, 0):
        yield clip("float64", 1, value=value)


# ── schedules ────────────────────────────────────────────────────────────────


def rates_of(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


def schedule(name, options, bases, steps=25, after=None, metrics=None):
    """The rates of all groups before each step of the optimizer."""
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in bases]
    optimizer = torch.optim.SGD(groups, lr=1)
    extra = {"cycle_momentum": False} if name == "OneCycleLR" else {}
    make = lambda name, options: torch_class(schedulers, name)(optimizer, **torch_options(options), **extra)
    if after is None:
        made = make(name, options)
    else:
        # The warmup first: PyTorch's constructors change the rates in turn.
        both = [make(name, options), make(*after)]
        made = schedulers.SequentialLR(optimizer, both, [options["totalIters"]])
    rates = [rates_of(optimizer)]
    for step in range(steps - 1):
        optimizer.step()
        made.step(*([] if metrics is None else [metrics[step]]))
        rates.append(rates_of(optimizer))
    record = {"schedule": name, "options": options, "bases": bases, "rates": rates}
    return {**record, **({"after": after} if after else {}), **({"metrics": metrics} if metrics else {})}


def schedules():
    two = [0.5, 0.03]
    yield schedule("StepLR", {"stepSize": 7}, [0.1])
    yield schedule("StepLR", {"stepSize": 3, "gamma": 0.7}, two)
    yield schedule("ExponentialLR", {"gamma": 0.9}, two)
    yield schedule("ExponentialLR", {"gamma": 1.1}, [0.01])
    yield schedule("CosineLR", {"tMax": 10}, two, 45)
    yield schedule("CosineLR", {"tMax": 24, "etaMin": 0.02}, two)
    yield schedule("CosineLR", {"tMax": 1, "etaMin": 0.02}, two, 6)
    yield schedule("LinearWarmup", {}, two, 10)
    yield schedule("LinearWarmup", {"totalIters": 8, "startFactor": 0.1, "endFactor": 0.75}, two)
    yield schedule("LinearWarmup", {"totalIters": 4, "startFactor": 0.25}, two, after=["ExponentialLR", {"gamma": 0.8}])
    yield schedule("LinearWarmup", {"totalIters": 5, "startFactor": 0.1}, two, after=["CosineLR", {"tMax": 20}])
    yield schedule("LinearWarmup", {"totalIters": 3, "endFactor": 0.5}, two, after=["StepLR", {"stepSize": 5}])
    for strategy in ("cos", "linear"):
        for three_phase in (False, True):
            options = {"annealStrategy": strategy, "threePhase": three_phase}
            yield schedule("OneCycleLR", {"maxLr": 0.4, "totalSteps": 25, **options}, two)
            more = {"pctStart": 0.4, "divFactor": 10, "finalDivFactor": 100}
            yield schedule("OneCycleLR", {"maxLr": two, "totalSteps": 20, **more, **options}, [1, 1], 20)
    yield schedule("OneCycleLR", {"maxLr": 0.4, "totalSteps": 8, "pctStart": 0.0}, [1], 8)
    yield schedule("OneCycleLR", {"maxLr": 0.4, "totalSteps": 8, "pctStart": 1.0}, [1], 8)
    falling = [1.0, 0.9, 0.9, 0.8999, 0.95, 1.2, 0.8, 0.7, 0.75, 0.75, 0.75, 0.75, 0.74, 0.6999, 0.69, 0.69]
    falling += [0.69, 0.69, 0.69, 0.5, 0.5, 0.5, 0.5, 0.5]
    rising = [-m for m in falling]
    yield schedule("ReduceLROnPlateau", {}, two, metrics=[1.0] * 24)
    yield schedule("ReduceLROnPlateau", {"patience": 1, "factor": 0.5}, two, metrics=falling)
    yield schedule("ReduceLROnPlateau", {"patience": 0, "factor": 0.5, "cooldown": 2}, two, metrics=falling)
    yield schedule(
        "ReduceLROnPlateau",
        {"patience": 1, "threshold": 0.1, "thresholdMode": "abs", "minLr": [0.04, 0.002]},
        two,
        metrics=falling,
    )
    yield schedule("ReduceLROnPlateau", {"patience": 1, "threshold": 0.05, "eps": 0.001}, two, metrics=falling)
    yield schedule("ReduceLROnPlateau", {"mode": "max", "patience": 1}, two, metrics=rising)
    yield schedule("ReduceLROnPlateau", {"mode": "max", "patience": 1}, two, metrics=falling)
    yield schedule(
        "ReduceLROnPlateau",
        {"mode": "max", "patience": 0, "thresholdMode": "abs", "threshold": 0.2, "factor": 0.6, "minLr": 0.01},
        two,
        metrics=rising,
    )


def main():
    families = {
        "trajectories": list(trajectories()),
        "averages": [average(decay) for decay in (0.9, 0.5, 0)],
        "clips": list(clips()),
        "schedules": list(schedules()),
    }
    dump = lambda x: json.dumps(x, separators=(",", ":"), allow_nan=False)
    tables = {"starts": STARTS, "shapes": SHAPES, "curvatures": CURVATURES, "pushes": PUSHES}
    lines = [f'"{name}":{dump(table)}' for name, table in tables.items()]
    lines += [f'"{name}":[\n' + ",\n".join(map(dump, rows)) + "\n]" for name, rows in families.items()]
    text = "{" + ",\n".join(lines) + "}\n"
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "..", "..", "..", "packages", "nn", "test", "goldens", "optimizers.json")
    with open(path, "w", encoding="utf8", newline="\n") as file:
        file.write(text)
    print({name: len(rows) for name, rows in families.items()}, len(text), "bytes")


main()
