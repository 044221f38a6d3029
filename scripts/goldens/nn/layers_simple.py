"""Goldens of the activations, and of Dropout where it draws nothing: see layer_record.py."""
from layer_record import layer, real, write
from torch import nn

INPUTS = [real(3, 5)]

layer("LeakyReLU", [], nn.LeakyReLU(), INPUTS)
layer("LeakyReLU", [0.25], nn.LeakyReLU(0.25), INPUTS)
layer("LeakyReLU", [-0.5], nn.LeakyReLU(-0.5), INPUTS)
layer("ELU", [], nn.ELU(), INPUTS)
layer("ELU", [0.3], nn.ELU(0.3), INPUTS)
layer("GELU", [], nn.GELU(approximate="tanh"), INPUTS)
layer("GELU", [{"approximate": "tanh"}], nn.GELU(approximate="tanh"), INPUTS)
layer("GELU", [{"approximate": "none"}], nn.GELU(), INPUTS)
layer("SiLU", [], nn.SiLU(), INPUTS)
layer("Softplus", [], nn.Softplus(), INPUTS)
for axis in [-1, 0, 1, 2, -3]:
    layer("Softmax", [axis], nn.Softmax(axis), [real(2, 3, 4)])
layer("Softmax", [], nn.Softmax(-1), INPUTS, note="the last axis by default")
layer("Softmax", [], nn.Softmax(-1), [real(4)], note="one sample")
layer("Dropout", [0.7], nn.Dropout(0.7), INPUTS, mode="eval")
layer("Dropout", [0], nn.Dropout(0), INPUTS)
layer("Dropout", [1], nn.Dropout(1), INPUTS)
write("simple")
