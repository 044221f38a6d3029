"""
Goldens of safetensors: files that share no code with ours, and what is in them.

    python3 scripts/goldens/nn/safetensors.py       (writes packages/nn/test/goldens/safetensors/)

Needs Debian's python3-numpy and python3-torch (1.13). The format is written here by hand, after its description; where
the reference implementation is installed too (the Python package safetensors 0.8), its bytes must be the same.

    dtypes.safetensors      a tensor of each dtype, at the edges of its range, in the reference writer's order
    unaligned.safetensors   by name, without padding: data at odd addresses
    written.safetensors     those of our own dtypes, which our writer must give byte by byte
    MODEL.safetensors       the state dict of a PyTorch model; MODEL.in / MODEL.out in the JSON are float64 values
    values.json             dtype and elements of each tensor of the first three: floats as the bits of float32 or float64
"""
import json
import os
import struct
import sys

sys.dont_write_bytecode = True

import numpy as np
import torch
from torch import nn

FOLDER = os.path.join(
    os.path.dirname(__file__), "..", "..", "..", "packages", "nn", "test", "goldens", "safetensors"
)
# From the widest to the narrowest, as the reference writer sorts them.
ORDER = ["U64", "I64", "F64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "I8", "U8", "BOOL"]
NUMPY = {
    "U64": "<u8", "I64": "<i8", "F64": "<f8", "F32": "<f4", "U32": "<u4", "I32": "<i4", "F16": "<f2",
    "U16": "<u2", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def file_bytes(tensors, metadata=None, tidy=True):
    """`tensors` are (name, dtype, shape, bytes); `tidy` sorts by dtype and pads as the reference writer does."""
    key = lambda t: (ORDER.index(t[1]), t[0].encode()) if tidy else (t[0].encode(),)
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, dtype, shape, raw in sorted(tensors, key=key):
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8) if tidy else b" " * (1 - len(text) % 2)
    return struct.pack("<Q", len(text)) + text + data


def array(name, dtype, values, shape=None):
    """A tensor from values, or from bit patterns where the dtype is BF16."""
    a = np.asarray(values, dtype="<u2" if dtype == "BF16" else NUMPY[dtype])
    a = a.reshape(a.shape if shape is None else shape)
    return (name, dtype, a.shape, a.tobytes()), a


def expected(dtype, a):
    """What a reader makes of it: float32 bits, float64 bits, or numbers."""
    if dtype == "BF16":
        return [f"{int(bits) << 16:08x}" for bits in a.flat]
    if dtype in ("F16", "F32"):
        return [f"{int(bits):08x}" for bits in a.astype("<f4").reshape(-1).view("<u4")]
    if dtype == "F64":
        return [f"{int(bits):016x}" for bits in a.reshape(-1).view("<u8")]
    return [int(value) for value in a.flat]


def bits(dtype, patterns):
    return np.array(patterns, dtype={"F16": "<u2", "F32": "<u4", "F64": "<u8"}[dtype]).view(NUMPY[dtype])


def dtype_cases():
    half = [0, 1, 2, 3, 0x1FF, 0x200, 0x3FE, 0x3FF, 0x400, 0x401, 0x7FF, 0x3C00, 0x3555, 0x7BFF, 0x7C00, 0x7E00, 0x7FFF]
    single = [0, 1, 0x7FFFFF, 0x800000, 0x3F800000, 0x3EAAAAAB, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7FC12345]
    double = [0, 1, 0x10000000000000, 0x3FF0000000000000, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0x7FF8000000001234]
    least, most = -(2**31), 2**31 - 1
    yield array("half", "F16", bits("F16", half + [0x8000 + h for h in half]))
    yield array("brain", "BF16", [0, 1, 0x7F, 0x80, 0x3F80, 0x3EAB, 0x7F7F, 0x7F80, 0x7FC0, 0x7FFF, 0x8000, 0xBF80, 0xFF80])
    yield array("single", "F32", bits("F32", single + [0x80000000 + s for s in single]), (5, 4))
    yield array("double", "F64", bits("F64", double + [2**63 + d for d in double]), (2, 1, 7))
    yield array("long", "I64", [0, 1, -1, least, most, 123456789], (3, 2))
    yield array("unsigned long", "U64", [0, 1, most])
    yield array("int", "I32", [0, 1, -1, least, most, -123456789], (2, 3))
    yield array("unsigned", "U32", [0, 1, most])
    yield array("short", "I16", [0, 1, -1, -32768, 32767])
    yield array("unsigned short", "U16", [0, 1, 65535])
    yield array("tiny", "I8", [0, 1, -1, -128, 127])
    yield array("byte", "U8", [0, 1, 255])
    yield array("flag", "BOOL", [True, False, False, True, True, False], (2, 3))
    yield array("scalar", "F32", 1.5)
    yield array("scalar of a batch norm", "I64", 7)
    yield array("empty", "F32", [], (0, 3))
    yield array("empty flags", "BOOL", [], (2, 0))
    yield array("\uffee", "F32", [1])
    yield array("\U0001f600", "F32", [2])
    yield array("10", "I32", [3])
    yield array("9", "I32", [4])
    yield array("", "BOOL", [True])
    yield array('odd "names"\n\t\u0001 \u00e9 \u2028 \U0001f600 \\', "F32", [-0.0])


def models():
    yield "linear", nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)), (5, 4), lambda m, x: m(x)
    convolution = nn.Sequential(
        nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 2)
    )
    yield "convolution", convolution, (2, 2, 5, 5), lambda m, x: m(x)
    yield "lstm", nn.LSTM(3, 4, num_layers=2, batch_first=True), (2, 5, 3), lambda m, x: m(x)[0]
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    yield "attention", attention, (2, 3, 8), lambda m, x: m(x, x, x, need_weights=False)[0]


def model_file(name, model, shape, run):
    """The state dict in float32, as PyTorch's users have it, and what the model computes from it in float64."""
    torch.manual_seed(sum(name.encode()))
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.7, 0.7)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for _ in range(3):
                module(torch.randn(4, 3, 5, 5) * 2 + 1)
    dtypes = {torch.float32: "F32", torch.int64: "I64"}
    tensors = [(k, dtypes[v.dtype], tuple(v.shape), v.numpy().tobytes()) for k, v in model.state_dict().items()]
    x = torch.randn(shape, dtype=torch.float64)
    with torch.no_grad():
        y = run(model.eval().double(), x)
    digits = lambda t: [float(f"{v:.17g}") for v in t.flatten().tolist()]
    record = {"in": {"shape": list(x.shape), "values": digits(x)}, "out": {"shape": list(y.shape), "values": digits(y)}}
    return tensors, record


def check_reference(raw, metadata):
    """The reference implementation reads the file and writes the same bytes, where it is installed."""
    here, sys.path[:] = sys.path[0], sys.path[1:]  # where this file would be found by that name
    try:
        from safetensors import TensorSpec, deserialize, serialize
    except ImportError:
        return
    finally:
        sys.path.insert(0, here)
    names = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "BOOL": "bool"}
    for kind in "IU":
        for size in (8, 16, 32, 64):
            names[f"{kind}{size}"] = f"{'u' if kind == 'U' else ''}int{size}"
    # Kept alive: the specifications hold addresses.
    found = [(name, info, np.frombuffer(info["data"], dtype="u1")) for name, info in deserialize(raw)]
    again = {
        name: TensorSpec(
            dtype=names[info["dtype"]], shape=info["shape"], data_ptr=data.ctypes.data, data_len=data.size
        )
        for name, info, data in found
    }
    assert serialize(again, metadata) == raw, "the reference writes other bytes"
    print("the reference writes the same:")


def write(name, raw):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(raw)
    print(f"{name}: {len(raw)} bytes")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    cases = list(dtype_cases())
    tensors = [tensor for tensor, _ in cases]
    metadata = {"format": "pt"}
    tidy = file_bytes(tensors, metadata)
    check_reference(tidy, metadata)
    write("dtypes.safetensors", tidy)
    ours = [tensor for tensor in tensors if tensor[1] in ("F64", "F32", "I32", "BOOL")]
    raw = file_bytes(ours, {"note": "a \u00e9\n"})
    check_reference(raw, {"note": "a \u00e9\n"})
    write("written.safetensors", raw)
    write("unaligned.safetensors", file_bytes(tensors, {"b": "2", "a": "\u00e9 \"1\""}, tidy=False))
    values = {
        tensor[0]: {"dtype": tensor[1], "shape": list(tensor[2]), "values": expected(tensor[1], a)} for tensor, a in cases
    }
    records = {}
    for name, model, shape, run in models():
        tensors, records[name] = model_file(name, model, shape, run)
        raw = file_bytes(tensors, metadata)
        check_reference(raw, metadata)
        write(f"{name}.safetensors", raw)
    text = json.dumps({"tensors": values, "models": records}, separators=(",", ":"))
    with open(os.path.join(FOLDER, "values.json"), "w", encoding="utf8", newline="\n") as file:
        file.write(text.replace("},", "},\n") + "\n")
    print(f"values.json: {len(text)} bytes")


main()
