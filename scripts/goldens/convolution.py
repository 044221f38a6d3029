"""Convolutions and pooling."""
import torch
import torch.nn.functional as F

from record import case, f64, real, whole

INF = float("inf")
NAN = float("nan")


def write():
    along_one_axis()
    images()
    transposed()
    pooling()


def convolved(f, options, names={"outputPadding": "output_padding"}):
    """The PyTorch function with our option names; a third input is the bias."""
    given = {names.get(key, key): value for key, value in options.items()}
    return lambda x, w, *bias: f(x, w, *bias, **given)


def record(op, f, x, w, options, bias=None, note=""):
    inputs = [real(x), real(w)] + ([real((bias,))] if bias else [])
    given = dict(options, **({"bias": "$2"} if bias else {}))
    call = ["$0", "$1"] + ([given] if given else [])
    case(op, convolved(f, options), inputs, call=call, note=f"{list(x)} {list(w)} {options}{note}")


def along_one_axis():
    record("conv1d", F.conv1d, (2, 2, 5), (2, 2, 3), {})
    record("conv1d", F.conv1d, (1, 2, 5), (2, 2, 2), {"stride": 2, "padding": 1}, bias=2)
    record("conv1d", F.conv1d, (2, 6), (2, 1, 2), {"groups": 2, "dilation": 2})
    record("conv1d", F.conv1d, (1, 1, 4), (1, 1, 3), {"padding": "same"})
    record("conv1d", F.conv1d, (1, 1, 4), (1, 1, 2), {"padding": "same"}, note=" even")
    record("conv1d", F.conv1d, (1, 1, 5), (1, 1, 2), {"padding": "same", "dilation": 3})
    record("conv1d", F.conv1d, (1, 2, 3), (1, 2, 1), {}, note=" pointwise")
    record("conv1d", F.conv1d, (0, 2, 3), (1, 2, 2), {}, note=" no images")
    record("conv1d", F.conv1d, (1, 4, 3), (4, 2, 2), {"groups": 2, "padding": 2, "stride": 3})
    f = lambda x, w: F.conv1d(x.double(), w.double()).to(torch.int32)
    case("conv1d", f, [whole((1, 1, 4)), whole((1, 1, 2))], order=0, note="int32")


def images():
    record("conv2d", F.conv2d, (1, 2, 3, 3), (2, 2, 2, 2), {})
    record("conv2d", F.conv2d, (2, 1, 3, 2), (1, 1, 2, 2), {}, bias=1)
    record("conv2d", F.conv2d, (1, 1, 4, 5), (1, 1, 3, 2), {"stride": [2, 1], "padding": [1, 0]})
    record("conv2d", F.conv2d, (1, 1, 5, 4), (1, 1, 2, 2), {"dilation": [3, 2], "padding": 1}, bias=1)
    record("conv2d", F.conv2d, (1, 2, 3, 3), (2, 1, 2, 2), {"groups": 2}, note=" depthwise")
    record("conv2d", F.conv2d, (1, 4, 2, 3), (2, 2, 1, 2), {"groups": 2, "stride": 2})
    record("conv2d", F.conv2d, (2, 3, 3), (1, 2, 2, 2), {}, note=" one image")
    record("conv2d", F.conv2d, (1, 1, 3, 3), (1, 1, 3, 3), {"padding": "same"})
    record("conv2d", F.conv2d, (1, 1, 3, 2), (1, 1, 2, 4), {"padding": "same"}, note=" even")
    record("conv2d", F.conv2d, (1, 1, 4, 3), (1, 1, 2, 3), {"padding": "same", "dilation": [2, 1]}, bias=1)
    record("conv2d", F.conv2d, (1, 1, 4, 4), (1, 1, 2, 2), {"stride": 3}, note=" gaps")
    record("conv2d", F.conv2d, (1, 2, 1, 1), (2, 2, 1, 1), {}, note=" pointwise")
    x = f64([[[[1, NAN, 2], [INF, 0, 1], [3, 1, -INF]]]])
    f = lambda x, w: F.conv2d(x, w)
    case("conv2d", f, [x, f64([[[[1, -1]]]])], order=0, note="special")


def transposed():
    f = F.conv_transpose2d
    record("convTranspose2d", f, (1, 2, 2, 2), (2, 1, 2, 2), {})
    record("convTranspose2d", f, (1, 1, 2, 3), (1, 2, 2, 2), {"stride": 2}, bias=2)
    record("convTranspose2d", f, (1, 1, 3, 2), (1, 1, 3, 2), {"stride": [2, 1], "padding": [1, 0]})
    record(
        "convTranspose2d",
        f,
        (1, 1, 2, 2),
        (1, 1, 3, 2),
        {"stride": [2, 3], "padding": 1, "outputPadding": [1, 2]},
    )
    record("convTranspose2d", f, (1, 1, 2, 2), (1, 1, 2, 2), {"dilation": [2, 1], "padding": 1}, bias=1)
    record("convTranspose2d", f, (1, 4, 2, 1), (4, 1, 1, 2), {"groups": 2, "stride": 2})
    record("convTranspose2d", f, (2, 2, 1), (2, 1, 2, 2), {}, note=" one image")


def pooling():
    for name, f, x, options in (
        ("maxPool2d", F.max_pool2d, (1, 2, 4, 4), {"kernelSize": 2}),
        ("maxPool2d", F.max_pool2d, (1, 1, 4, 5), {"kernelSize": [2, 3], "stride": 1}),
        ("maxPool2d", F.max_pool2d, (1, 1, 3, 4), {"kernelSize": 3, "stride": [1, 2], "padding": 1}),
        ("maxPool2d", F.max_pool2d, (2, 3, 3), {"kernelSize": 2}),
        ("maxPool2d", F.max_pool2d, (1, 1, 5, 5), {"kernelSize": 1, "stride": 3}),
        ("avgPool2d", F.avg_pool2d, (1, 2, 4, 4), {"kernelSize": 2}),
        ("avgPool2d", F.avg_pool2d, (1, 1, 4, 5), {"kernelSize": [2, 3], "stride": 1}),
        ("avgPool2d", F.avg_pool2d, (1, 1, 3, 4), {"kernelSize": 3, "stride": [1, 2], "padding": 1}),
        ("avgPool2d", F.avg_pool2d, (2, 3, 3), {"kernelSize": 2}),
        ("avgPool2d", F.avg_pool2d, (2, 1, 3, 3), {"kernelSize": [3, 2], "padding": [1, 0], "stride": 2}),
    ):
        case(name, pooled(f, options), [real(x, -3, 3)], args=[options], note=f"{list(x)} {options}")
    size = {"kernelSize": [2, 2]}
    ties = f64([[[[1, 1, 0, 2], [1, 1, 2, 2], [-1, -2, 5, 5], [-1, -1, 5, 4]]]])
    case("maxPool2d", pooled(F.max_pool2d, size), [ties], args=[size], note="ties")
    overlap = {"kernelSize": 2, "stride": 1}
    case("maxPool2d", pooled(F.max_pool2d, overlap), [ties], args=[overlap], note="ties, overlapping windows")
    special = f64([[[[1, NAN, 2, 3], [NAN, 4, INF, 0], [-INF, -INF, -INF, 1], [-INF, -INF, 2, -INF]]]])
    case("maxPool2d", pooled(F.max_pool2d, size), [special], args=[size], note="special", order=1)
    case(
        "maxPool2d",
        pooled(F.max_pool2d, overlap),
        [special],
        args=[overlap],
        note="special, overlapping",
        order=1,
    )
    case("avgPool2d", pooled(F.avg_pool2d, size), [special], args=[size], note="special", order=0)
    f = lambda x: F.max_pool2d(x.double(), 2).to(torch.int32)
    case("maxPool2d", f, [whole((1, 1, 4, 4))], args=[{"kernelSize": 2}], order=0, note="int32")


def pooled(f, options):
    def run(x):
        given = dict(options)
        kernel = given.pop("kernelSize")
        return f(x, kernel, **given)

    return run
