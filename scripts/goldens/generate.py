"""
Goldens: values and gradients of every op from PyTorch and NumPy, an implementation that shares nothing with ours.

    apt-get install python3-torch python3-numpy     (Debian 12: PyTorch 1.13, NumPy 1.24)
    python3 scripts/goldens/generate.py             (writes packages/core/test/goldens/*.json)

The tests (packages/core/test/goldens.test.ts, goldens-programs.test.ts) read the JSON and need no Python. Inputs come
from a seed made of the op's name and the case's note, so a new case leaves the others as they are.
"""
import os
import sys
import warnings

sys.dont_write_bytecode = True
warnings.filterwarnings("ignore")

import algebra
import convolution
import elementwise
import elementwise_special
import movement
import order
import programs
import reductions
from record import take_records

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "packages", "core", "test", "goldens")
FAMILIES = {
    "elementwise": elementwise,
    "special": elementwise_special,
    "reductions": reductions,
    "movement": movement,
    "order": order,
    "algebra": algebra,
    "convolution": convolution,
    "programs": programs,
}


def main() -> None:
    os.makedirs(FOLDER, exist_ok=True)
    total = 0
    for name, family in FAMILIES.items():
        family.write()
        records = take_records()
        lists = [f'"{op}":[\n' + ",\n".join(lines) + "\n]" for op, lines in records.items()]
        text = "{" + ",\n".join(lists) + "}\n"
        total += len(text)
        with open(os.path.join(FOLDER, f"{name}.json"), "w", encoding="utf8", newline="\n") as file:
            file.write(text)
        print(f"{name}: {sum(map(len, records.values()))} records, {len(text)} bytes")
    print(f"{total} bytes in all")


main()
