"""The C programs of this room, and the environment that everything here is measured in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks"
BUILD = ROOT / "build" / "benchmarks"
# What somebody set for another program would change what a peer does: OpenBLAS's kernels, say.
FOREIGN = (
    *("OPENBLAS_", "GOTO_", "BLIS_", "MKL_", "NVPL_", "VECLIB_"),
    *("OMP_", "GOMP_", "KMP_"),
    *("DNNL_", "ONEDNN_", "XLA_", "JAX_", "TF_", "KERAS_", "TORCH", "PYTORCH_", "ATEN_", "ORT_"),
    *("NPY_", "SCIPY_", "SKLEARN_"),
)


def environment(threads: int | None = None, **more: str) -> dict[str, str]:
    """Return os.environ without what steers a peer, and with a number of threads for all."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    if threads is not None:
        names = (
            "CORNU_NUM_THREADS",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
        )
        kept |= dict.fromkeys(names, str(threads))
    return kept | more


def flags(*names: str) -> list[str]:
    """Return lists of csrc/flags.mk, one after the other."""
    lines = (ROOT / "csrc" / "flags.mk").read_text(encoding="utf-8").splitlines()
    lists = dict(line.split(" = ", 1) for line in lines if " = " in line and line[0] != "#")
    return [flag for name in names for flag in lists[name].split()]


def compiler() -> list[str]:
    """Return the C compiler's command: CC, else cc."""
    return (os.environ.get("CC") or "cc").split()


def compile_program(name: str, *more: str) -> Path:
    """Compile benchmarks/NAME.c, if it has changed, and return the program.

    Args:
        name: The source's name without `.c`.
        more: Flags and libraries, after the source.

    Raises:
        RuntimeError: The compiler's own words.
    """
    program = BUILD / name
    sources = [HERE / f"{name}.c", *HERE.glob("*.h")]
    inputs = [*sources, *(Path(word) for word in more if word.endswith(".a"))]
    command = [*compiler(), *flags("FLAGS", "WARNINGS"), str(sources[0]), *more, "-o", str(program)]
    stamp = BUILD / f"{name}.command"
    if program.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == str(command):
        newest = max(path.stat().st_mtime_ns for path in inputs)
        if newest < program.stat().st_mtime_ns:
            return program
    if shutil.which(command[0]) is None:
        raise RuntimeError(f"there is no C compiler ({command[0]})")
    BUILD.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip())
    stamp.write_text(str(command), encoding="utf-8")
    return program


def peak_program() -> Path:
    """Compile peak.c, in which the compiler may fuse as it likes."""
    return compile_program("peak", "-ffp-contract=fast", "-pthread")


def gemm_program() -> Path:
    """Make csrc's library and link gemm.c with it."""
    cc = compiler()
    command = ["make", "-C", str(ROOT / "csrc"), "-j", str(os.cpu_count()), "library"]
    # An own name would be `cc` for whatever the default is, as csrc/Makefile has it.
    if os.environ.get("CC"):
        command.append(f"CC={' '.join(cc)}")
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stdout + run.stderr)
    library = ROOT / "build" / "c" / Path(cc[0]).name / "libcornu.a"
    return compile_program("gemm", f"-I{ROOT / 'csrc'}", str(library), "-pthread", "-ldl", "-lm")


def fann_program() -> Path:
    """Compile fann.c against libfann, whose float32 build `fann.h` is for."""
    return compile_program("fann", "-lfann")
