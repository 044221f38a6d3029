"""Goldens of Dense and of the first activations: see layer_record.py."""
from layer_record import layer, real, write
from torch import nn

layer("Dense", [3, 2], nn.Linear(3, 2), [real(4, 3)])
layer("Dense", [3, 2, {"bias": False}], nn.Linear(3, 2, bias=False), [real(2, 2, 3)])
layer("Dense", [3, 2], nn.Linear(3, 2), [real(3)], note="one sample")
for kind in ["Sigmoid", "Tanh", "ReLU"]:
    layer(kind, [], getattr(nn, kind)(), [real(2, 5)])
write("dense")
