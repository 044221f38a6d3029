"""
Goldens of layers: what the PyTorch module of the same kind computes, with its own parameters, and its gradients.

    python3 scripts/goldens/nn/layers_dense.py      (each layers_*.py writes packages/nn/test/goldens/layers-*.json)

Needs Debian's python3-torch (1.13). All numbers are float64, drawn from a seed made of the case's title, so a new case
leaves the others as they are. One record per case, in lists by layer; packages/nn/test/layers/goldens.test.ts reads them:

    note     what is special about the case, unless the arguments say it
    args     arguments of our constructor
    mode     'eval' where the module was evaluated; else it was trained
    method   which method of ours is called, unless `call`; `extra` are its arguments after the inputs
    state    parameters and buffers by key before the call: [shape, values, dtype unless float64]
    after    the buffers by key after the call, where they changed
    together how many of the last inputs our method gets in a list
    named    names of the last inputs, which our method gets in an object, with what is in extra[0]
    in, out  inputs, and outputs (one per tensor that the call returns)
    g        gradients of sum(out * cotangent), by the key of the parameter and by the number of the input ('$0')
"""
import json
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

import torch
from record import DTYPES, cotangent, encoded, flat

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "..", "packages", "nn", "test", "goldens")
_records = {}


def real(*shape):
    """Asks for normal numbers in steps of 1/64."""
    return ("real", shape)


def whole(high, *shape):
    """Asks for int32 from 0 to high - 1."""
    return ("whole", shape, high)


def draw(wanted, rng):
    if isinstance(wanted, torch.Tensor):
        return wanted
    n = 1
    for size in wanted[1]:
        n *= size
    if wanted[0] == "whole":
        return torch.tensor([rng.randrange(wanted[2]) for _ in range(n)], dtype=torch.int32).reshape(wanted[1])
    values = [round(rng.gauss(0, 1) * 64) / 64 for _ in range(n)]
    return torch.tensor(values, dtype=torch.float64).reshape(wanted[1])


def entry(x):
    made = [list(x.shape), flat(x)]
    return made if x.dtype == torch.float64 else made + [DTYPES[x.dtype]]


def listed(result):
    """One tensor, or nested tuples of them, as a list."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [x for part in result for x in listed(part)]


def layer(
    kind,
    args,
    module,
    inputs,
    note="",
    call=None,
    mode="train",
    method="call",
    extra=None,
    named=None,
    together=0,
    keep_state=False,
):
    """
    Records the PyTorch `module` that is our `new kind(...args)`. `call(module, *inputs)` says how it is called where
    module(*inputs) does not. Parameters and floating-point buffers are drawn anew, unless `keep_state`.
    """
    rng = random.Random(f"{kind} {json.dumps(args)} {note} {mode}")
    module = module.double()
    if not keep_state:
        with torch.no_grad():
            for name, x in module.state_dict(keep_vars=True).items():
                if x.dtype.is_floating_point:
                    drawn = draw(("real", tuple(x.shape)), rng) / 2
                    x.copy_(drawn.abs() + 0.25 if name.endswith("running_var") else drawn)
    module.train(mode == "train")
    xs = [draw(x, rng) for x in inputs]
    xs = [x.detach().clone().requires_grad_() if x.dtype.is_floating_point else x for x in xs]
    before = {key: entry(x) for key, x in module.state_dict().items()}
    results = listed((call or (lambda m, *a: m(*a)))(module, *xs))
    after = {key: entry(x) for key, x in module.state_dict().items() if entry(x) != before[key]}
    objective = sum((y * cotangent(y.shape, 5 * (i + 1))).sum() for i, y in enumerate(results))
    leaves = {f"${i}": x for i, x in enumerate(xs) if x.dtype.is_floating_point}
    leaves.update(module.named_parameters())
    found = torch.autograd.grad(objective, list(leaves.values()), allow_unused=True)
    record = {"note": note} if note else {}
    record["args"] = encoded(args)
    if mode != "train":
        record["mode"] = mode
    if method != "call":
        record["method"] = method
    if extra:
        record["extra"] = encoded(extra)
    if together:
        record["together"] = together
    if named:
        record["named"] = named
    record["state"] = before
    if after:
        record["after"] = after
    record["in"] = [entry(x) for x in xs]
    record["out"] = [entry(y) for y in results]
    record["g"] = {
        key: flat(torch.zeros_like(x) if g is None else g) for (key, x), g in zip(leaves.items(), found)
    }
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    _records.setdefault(kind, []).append(text)


def write(family):
    """Writes what was recorded to layers-<family>.json."""
    os.makedirs(FOLDER, exist_ok=True)
    lists = [f'"{kind}":[\n' + ",\n".join(lines) + "\n]" for kind, lines in _records.items()]
    text = "{" + ",\n".join(lists) + "}\n"
    with open(os.path.join(FOLDER, f"layers-{family}.json"), "w", encoding="utf8", newline="\n") as file:
        file.write(text)
    print(f"layers-{family}: {sum(map(len, _records.values()))} records, {len(text)} bytes")
