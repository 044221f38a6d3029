"""
Goldens of layers that normalize: see layer_record.py. Besides layers-norm.json this writes batch-norm-sequences.json:
batch norms called several times. One record per case:

    kind, args   our constructor
    steps        per call [mode, input, output, buffers after it by key]
"""
import json
import os
import random

from layer_record import FOLDER, draw, entry, layer, real, write
from torch import nn

NAMES = {"trackRunningStats": "track_running_stats", "elementwiseAffine": "elementwise_affine"}


def make(kind, args, options):
    return getattr(nn, kind)(*args, **{NAMES.get(key, key): value for key, value in options.items()})


def norm(kind, args, x, modes=("train",), note=None, **options):
    for mode in modes:
        module = make(kind, args, options)
        layer(kind, args + ([options] if options else []), module, [x], note=note, mode=mode)


norm("LayerNorm", [4], real(3, 4))
norm("LayerNorm", [[2, 3]], real(2, 2, 2, 3), eps=0.125)
norm("LayerNorm", [3], real(2, 3), elementwiseAffine=False)
norm("LayerNorm", [5], real(5), note="one sample")
norm("LayerNorm", [[3, 1]], real(3, 1), note="one sample")

norm("GroupNorm", [2, 4], real(2, 4, 3))
norm("GroupNorm", [1, 3], real(2, 3, 2, 2), eps=0.25)
norm("GroupNorm", [3, 3], real(2, 3, 2, 2), affine=False)
norm("GroupNorm", [3, 6], real(2, 6))

BOTH = ("train", "eval")
norm("BatchNorm1d", [3], real(4, 3), BOTH)
norm("BatchNorm1d", [2], real(3, 2, 2), BOTH, note="with length")
norm("BatchNorm1d", [2], real(1, 2, 3), note="one sample with length")
norm("BatchNorm1d", [2], real(3, 2), BOTH, eps=0.5, momentum=0.75)
norm("BatchNorm1d", [2], real(3, 2), BOTH, momentum=None)
norm("BatchNorm1d", [2], real(3, 2), BOTH, affine=False)
norm("BatchNorm1d", [2], real(3, 2), BOTH, trackRunningStats=False)
norm("BatchNorm2d", [2], real(2, 2, 2, 3), BOTH)
norm("BatchNorm2d", [1], real(3, 1, 1, 1), BOTH)
norm("BatchNorm2d", [2], real(1, 2, 2, 2), eps=0.01, momentum=0.0)
norm("BatchNorm2d", [2], real(2, 2, 2, 1), momentum=1.0, affine=False)
norm("BatchNorm2d", [2], real(2, 2, 1, 2), BOTH, affine=False, trackRunningStats=False)
write("norm")


def sequence(kind, args, shape, modes, **options):
    """A layer as it starts, called once per letter of `modes`: t in training, e in evaluation."""
    rng = random.Random(f"{kind} {args} {options}")
    module = make(kind, args, options).double()
    steps = []
    for i, mode in enumerate(modes):
        module.train(mode == "t")
        x = draw(real(*shape), rng) * (i + 1) + i
        steps.append([mode, entry(x), entry(module(x)), {k: entry(b) for k, b in module.named_buffers()}])
    return {"kind": kind, "args": args + ([options] if options else []), "steps": steps}


records = [
    sequence("BatchNorm1d", [2], (3, 2), "tttet"),
    sequence("BatchNorm1d", [2], (2, 2, 2), "ttte", momentum=None),
    sequence("BatchNorm2d", [2], (2, 2, 2, 1), "tette", momentum=0.5, affine=False),
    sequence("BatchNorm2d", [1], (2, 1, 1, 2), "tte", trackRunningStats=False),
]
text = "[\n" + ",\n".join(json.dumps(r, separators=(",", ":"), allow_nan=False) for r in records) + "\n]\n"
with open(os.path.join(FOLDER, "batch-norm-sequences.json"), "w", encoding="utf8", newline="\n") as file:
    file.write(text)
print(f"batch-norm-sequences: {len(records)} records, {len(text)} bytes")
