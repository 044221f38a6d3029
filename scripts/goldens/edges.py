"""
Edges: what NumPy answers where inputs are empty, 0-d, of size-1 axes, int32 or bool, and where axes, steps and indices
are negative or out of range.

    apt-get install python3-numpy             (Debian 12: NumPy 1.24)
    python3 scripts/goldens/edges.py          (writes packages/core/test/edges.json)

packages/core/test/edges.test.ts reads the JSON and needs no Python. It has two parts: `values`, what inputs are made of
(element j of input k of kind c is values[c][(j + 3 k) mod length]), and `cases`, by the name of our op, each

    [inputs, arguments of our call after the tensors, kind and shape of the result, its elements]

without the last two where NumPy gives an error; where there are several results, these are lists. Inputs are their
kinds and shapes, "d2,3 i3", or, with elements of their own, a list ["d2,3", ["i2", [0, -1]]]. Kinds: d float64,
f float32, i int32, b bool, h float16 and c int8 (which we do not have); as inputs also x (float64 with NaN, infinities
and -0) and o (int32 at the ends of its range). int64 is noted as int32: the ints that NumPy makes itself are int64,
ours int32.
"""
import json
import os
import warnings

import numpy as np

from edges_cases import write_cases

VALUES = {
    "d": [0.5, -1.5, 2.0, 3.0, -0.25, 1.0, -2.5, 0.75],
    "i": [1, -2, 3, 0, 5, -4, 2, 7],
    "b": [1, 0, 1, 1, 0, 0, 1, 0],
    "x": [1.0, np.nan, -np.inf, -0.0, np.inf, 0.0, -2.0, 0.5],
    "o": [2147483647, -2147483648, -1, 2, 65536, 0, -2147483647, 3],
}
DTYPES = {"d": np.float64, "f": np.float32, "i": np.int32, "b": np.bool_, "x": np.float64, "o": np.int32}
KINDS = {"float64": "d", "float32": "f", "int32": "i", "int64": "i", "bool": "b", "float16": "h", "int8": "c"}
PATH = os.path.join(os.path.dirname(__file__), "..", "..", "packages", "core", "test", "edges.json")

cases: dict = {}


def shape_of(text):
    return tuple(int(n) for n in text.split(",")) if text else ()


def build(spec, k):
    """The array that "d2,3" or ["i2", [0, -1]] stands for, as input k."""
    text, elements = (spec, None) if isinstance(spec, str) else spec
    kind, shape = text[0], shape_of(text[1:])
    if elements is None:
        source = VALUES["d" if kind == "f" else kind]
        elements = [source[(j + 3 * k) % len(source)] for j in range(int(np.prod(shape, dtype=int)))]
    return np.array(elements, dtype=DTYPES[kind]).reshape(shape)


def number(x):
    """As JSON has it: texts for what is not finite, 7 digits, no .0"""
    if not isinstance(x, float):
        return int(x)
    if not np.isfinite(x):
        return "nan" if np.isnan(x) else "inf" if x > 0 else "-inf"
    x = float(f"{x:.7g}")
    return int(x) if x == int(x) and not (x == 0 and np.signbit(x)) else x


def noted(result):
    result = np.asarray(result)
    return KINDS[str(result.dtype)] + ",".join(map(str, result.shape)), [
        number(x) for x in result.ravel().tolist()
    ]


def case(op, inputs, args, f):
    """One case: f of the arrays is NumPy's way to say what our `op(...inputs, ...args)` says."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            result = f(*[build(spec, k) for k, spec in enumerate(inputs)])
    except Exception:
        result = None
    if result is None:
        out = []
    elif isinstance(result, list):
        out = list(map(list, zip(*map(noted, result))))
    else:
        out = list(noted(result))
    own = [spec if isinstance(spec, str) else [spec[0], [number(x) for x in spec[1]]] for spec in inputs]
    line = json.dumps(
        [" ".join(own) if all(isinstance(x, str) for x in own) else own, list(args), *out],
        separators=(",", ":"),
    )
    lines = cases.setdefault(op, [])
    if line not in lines:
        lines.append(line)


def main():
    write_cases(case)
    values = {kind: [number(x) for x in each] for kind, each in VALUES.items()}
    lists = [f'"{op}":[\n' + ",\n".join(lines) + "\n]" for op, lines in cases.items()]
    text = '{"values":' + json.dumps(values) + ',\n"cases":{' + ",\n".join(lists) + "}}\n"
    with open(PATH, "w", encoding="utf8", newline="\n") as file:
        file.write(text)
    print(f"{sum(map(len, cases.values()))} cases of {len(cases)} ops, {len(text)} bytes")


main()
