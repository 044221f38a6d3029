"""Goldens of convolutions, pooling and Flatten: see layer_record.py."""
from layer_record import layer, real, write
from torch import nn


def conv(kind, inputs, outputs, kernel, x, **options):
    """A convolution whose options are named alike in both, but for outputPadding."""
    named = {"output_padding" if key == "outputPadding" else key: v for key, v in options.items()}
    named = {key: tuple(v) if isinstance(v, list) else v for key, v in named.items()}
    module = getattr(nn, kind)(inputs, outputs, tuple(kernel) if isinstance(kernel, list) else kernel, **named)
    layer(kind, [inputs, outputs, kernel] + ([options] if options else []), module, [x])


conv("Conv1d", 2, 3, 3, real(2, 2, 7))
conv("Conv1d", 2, 3, 2, real(3, 2, 8), stride=3, padding=1)
conv("Conv1d", 4, 2, 3, real(2, 4, 7), dilation=2, groups=2, bias=False)
conv("Conv1d", 2, 2, 4, real(2, 2, 5), padding="same")
conv("Conv1d", 1, 2, 1, real(1, 6))

conv("Conv2d", 2, 3, 3, real(2, 2, 5, 4))
conv("Conv2d", 1, 2, [2, 3], real(2, 1, 6, 7), stride=[2, 3], padding=[1, 2])
conv("Conv2d", 2, 2, [3, 2], real(2, 2, 7, 5), dilation=[2, 3], bias=False)
conv("Conv2d", 2, 4, 3, real(2, 2, 4, 4), groups=2, padding=1, stride=2)
conv("Conv2d", 3, 3, [1, 3], real(1, 3, 3, 4), groups=3)
conv("Conv2d", 1, 1, [2, 4], real(2, 1, 3, 5), padding="same", dilation=[1, 2])
conv("Conv2d", 2, 1, 2, real(2, 3, 3))

conv("ConvTranspose2d", 2, 3, 3, real(2, 2, 3, 2))
conv("ConvTranspose2d", 2, 1, [2, 3], real(2, 2, 3, 3), stride=[2, 3], padding=[1, 0], outputPadding=[1, 2])
conv("ConvTranspose2d", 4, 2, 2, real(1, 4, 2, 3), groups=2, stride=2, bias=False)
conv("ConvTranspose2d", 2, 6, [2, 1], real(2, 2, 2, 2), groups=2, dilation=[3, 1], padding=[1, 0])
conv("ConvTranspose2d", 1, 2, 3, real(1, 3, 2), stride=2, padding=1, outputPadding=1)


def pool(kind, kernel, x, **options):
    named = {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    if kind == "AvgPool2d":
        named["count_include_pad"] = True
    module = getattr(nn, kind)(tuple(kernel) if isinstance(kernel, list) else kernel, **named)
    layer(kind, [kernel] + ([options] if options else []), module, [x])


for kind in ["MaxPool2d", "AvgPool2d"]:
    pool(kind, 2, real(2, 2, 5, 4))
    pool(kind, [3, 2], real(2, 1, 5, 6), stride=[1, 3], padding=[1, 0])
    pool(kind, 3, real(1, 2, 5, 5), stride=2, padding=1)
    pool(kind, 2, real(2, 3, 3), stride=1)

layer("Flatten", [], nn.Flatten(), [real(2, 3, 1, 2)])
layer("Flatten", [], nn.Flatten(), [real(3, 2)])
write("conv")
