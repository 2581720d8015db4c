"""Measures how many bytes of code the parts of exported C take, and keeps them in the package.

    python tests/record_code_size.py          writes python/cornu/exporting/code_size.json
    python tests/record_code_size.py --check  says how far estimates are off, and fails if they are

It needs arm-none-eabi-gcc with newlib. `make record-code-size` runs it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from c_exports import gallery, trained_networks
from cornu.exporting import c_file, code_size
from cornu.exporting.c_text import in_type, needed, parts_of
from cornu.exporting.code_size import counts_of, name_of

COMPILER = "arm-none-eabi-gcc"
FLAGS = ["-Os", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-std=c99"]
INCLUDES = "".join(f"#include <{name}.h>\n" for name in ("float", "math", "stdint", "string"))
PATH = Path(__file__).resolve().parents[1] / "python/cornu/exporting/code_size.json"


def symbols(source, *flags):
    """What a file of C defines: bytes of functions and tables by name."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "o.o")
        subprocess.run([COMPILER, *FLAGS, *flags, "-c", source, "-o", target], check=True)
        lines = subprocess.run(
            ["arm-none-eabi-nm", "-S", target], check=True, capture_output=True, text=True
        ).stdout.splitlines()
    found = {}
    for words in map(str.split, lines):
        if len(words) == 4 and words[2] in "tTrR":
            # Copies for certain arguments have an ending.
            name = words[3].partition(".")[0]
            found[name] = found.get(name, 0) + int(words[1], 16)
    return found


def sizes_of_parts(dtype):
    """Bytes of each part, as a function of its own."""
    both = {}
    for way, group in (("own", "exact"), ("library", "libm")):
        common = parts_of("activations", "layers", "training")
        parts = [*parts_of("basics", group), *common]
        texts = [part[1] for part in (*parts_of(f"real_f{dtype[-2:]}"), *parts)]
        text = INCLUDES + in_type("\n\n".join(texts), dtype).replace("static ", "")
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "parts.c")
            source.write_text(text)
            found = symbols(source, "-fno-inline")
        named = {name_of(part): sum(found.get(name, 0) for name in part[0]) for part in parts}
        own = {name_of(part) for part in parts_of(group)}
        both[way] = {name: size for name, size in named.items() if name in own and size}
        # Those that both ways have, which may differ by how they call the others.
        for name, size in named.items():
            if name not in own and size:
                both.setdefault("common", {})
                both["common"][name] = max(size, both["common"].get(name, 0))
    return both


def measured_files():
    """For each file and way: its name, the counts that an estimate is made of, and its bytes."""
    for dtype in ("float32", "float64"):
        for name, model, trainable in models(dtype):
            program = c_file.program_of(model)
            training = c_file.Training(model, program) if trainable else None
            code = c_file._functions_of(program, c_file._Names(name), training)
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder, f"{name}.c")
                model.export(source, verbose=False, **{"trainable": True} if trainable else {})
                constants = {constant.name for constant in program.constants}
                for exact in (False, True):
                    flags = [f"-D{name.upper()}_EXACT"] * exact
                    found = symbols(source, *flags).items()
                    nbytes = sum(size for symbol, size in found if symbol not in constants)
                    counts = counts_of(code, needed(code, dtype), dtype, exact)
                    yield f"{dtype} {name}{' exact' * exact}", counts, nbytes


def models(dtype):
    """Names, models, and whether these are exported to be trained."""
    yield from ((name, model, False) for name, model in gallery(dtype).items())
    yield from ((f"t_{name}", model, True) for name, model in trained_networks(dtype).items())


def record():
    version = subprocess.run([COMPILER, "-dumpfullversion"], capture_output=True, text=True).stdout
    table = {
        "compiler": f"gcc {version.strip()} with -Os for a Cortex-M4 with its FPU",
        "shares": [1, 0, 0],
        **{dtype: sizes_of_parts(dtype) for dtype in ("float32", "float64")},
    }
    code_size.measured = lambda: table
    _, counts, nbytes = zip(*measured_files(), strict=True)
    # Relative errors count.
    scaled = np.array(counts) / np.array(nbytes)[:, None]
    shares = np.linalg.lstsq(scaled, np.ones(len(nbytes)), rcond=None)[0]
    table["shares"] = shares.round(2).tolist()
    PATH.write_text(json.dumps(table, separators=(",", ":")) + "\n")
    print(f"{PATH}: {table['shares']}")


def check():
    worst = 1
    for name, counts, nbytes in measured_files():
        told = float(np.dot(code_size.measured()["shares"], counts))
        print(f"{name}: {told:.0f} told, {nbytes} measured: {told / nbytes:.2f}")
        # Of a handful of instructions nobody asks.
        if nbytes > 200:
            worst = max(worst, told / nbytes, nbytes / told)
    print(f"off by up to a factor of {worst:.2f}")
    return worst > 1.4


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    sys.exit(check() if parser.parse_args().check else record())
