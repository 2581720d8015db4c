"""Builds `cornu._core`; everything else about the package is in pyproject.toml.

Environment, for development:
    CORNU_WERROR=1                     all of the project's warnings, as errors
    CORNU_SANITIZE=address,undefined   with these sanitizers
    CORNU_COVERAGE=1                   counts executed lines, for gcov
"""

import functools
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOMS = ("base", "kernels", "net", "ext")
SANITIZERS = os.environ.get("CORNU_SANITIZE", "")
COVERAGE = os.environ.get("CORNU_COVERAGE") == "1"
WERROR = os.environ.get("CORNU_WERROR") == "1"

# Lists of csrc/flags.mk for some files, one after the other, as csrc/Makefile has it.
FLAGS_OF_SOME = {
    "GCC_F64_FLAGS": "kernels/*_f64.c",
    "PORTABLE_FLAGS": "kernels/portable_*.c",
    "NET_FLAGS": "net/*.c",
    "EXT_FLAGS": "ext/*.c",
}


def flag_lists():
    """The lists of csrc/flags.mk by name."""
    lines = Path("csrc/flags.mk").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): flags.split() for name, flags in pairs}


@functools.cache
def is_clang():
    """Whether the compiler is clang, by whatever name it is called."""
    command = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    told = subprocess.run([*shlex.split(command), "--version"], capture_output=True, text=True)
    return "clang" in told.stdout


def processor_count():
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def compile_flags(source):
    """Flags of a file, after the ones that this Python was built with."""
    lists = flag_lists()
    # -g0: debugging information would be nine tenths of the wheel.
    flags = [*lists["FLAGS"], "-DNDEBUG", "-g0", "-Icsrc"]
    for name, pattern in FLAGS_OF_SOME.items():
        if Path(source).match(pattern) and not (name.startswith("GCC_") and is_clang()):
            flags += lists[name]
    if WERROR:
        flags += lists["WARNINGS"]
    if SANITIZERS:
        flags += [*lists["SANITIZE_FLAGS"], f"-fsanitize={SANITIZERS}"]
    if COVERAGE:
        flags += lists["COVERAGE_FLAGS"]
    return flags


def ext_flags():
    """Flags of csrc/ext alone: no other room finds Python's headers, or NumPy's."""
    directories = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
    return [f"-isystem{directory}" for directory in (*sorted(directories), numpy.get_include())]


def link_flags():
    flags = ["-pthread", "-lm"]
    # Without the names of what it doesn't export: nobody looks them up, every install carries them.
    if sys.platform == "linux" and not SANITIZERS and not COVERAGE:
        flags.append("-Wl,-s")
    if SANITIZERS:
        flags.append(f"-fsanitize={SANITIZERS}")
    if COVERAGE:
        flags.append("--coverage")
    return flags


def is_current(object_path, signature):
    """Whether an object was made by the same command from files that have not changed since."""
    stamp = object_path.with_suffix(".command")
    rule = object_path.with_suffix(".d")
    if not (object_path.exists() and stamp.exists() and rule.exists()):
        return False
    if stamp.read_text(encoding="utf-8") != signature:
        return False
    made = object_path.stat().st_mtime_ns
    inputs = rule.read_text(encoding="utf-8").partition(":")[2].replace("\\\n", " ").split()
    return all(os.path.exists(path) and os.stat(path).st_mtime_ns < made for path in inputs)


class BuildCore(build_ext):
    """Compiles the C files in parallel, and only the changed ones."""

    def finalize_options(self):
        super().finalize_options()
        if SANITIZERS:
            self.build_temp += "-" + SANITIZERS.replace(",", "-")
        if COVERAGE:
            self.build_temp += "-coverage"

    def build_extension(self, ext):
        # setuptools would give Python's headers to every room.
        self.compiler.set_include_dirs([])
        with ThreadPoolExecutor(processor_count()) as threads:
            ext.extra_objects = list(threads.map(self.compile_source, ext.sources))
        ext.sources = []
        # What setuptools looks at to see whether to link again.
        ext.depends = ext.extra_objects
        super().build_extension(ext)

    def compile_source(self, source):
        flags = compile_flags(source)
        versions = ""
        if Path(source).parent.name == "ext":
            flags += ext_flags()
            versions = f"{numpy.__version__} {sysconfig.get_config_var('py_version')}"
        object_path = Path(self.build_temp, source).with_suffix(".o")
        command = [*self.compiler.compiler_so, *flags]
        signature = hashlib.sha256("\n".join([*command, versions]).encode()).hexdigest()
        if is_current(object_path, signature):
            return str(object_path)
        stamp = object_path.with_suffix(".command")
        stamp.unlink(missing_ok=True)
        rule = object_path.with_suffix(".d")
        self.compiler.compile(
            [source], output_dir=self.build_temp, extra_postargs=[*flags, "-MMD", "-MF", str(rule)]
        )
        stamp.write_text(signature, encoding="utf-8")
        return str(object_path)


class BuildPackage(build_py):
    """Copies the package afresh: a module that was removed must not come back from build/."""

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(Path(self.build_lib, "cornu"), ignore_errors=True)
        super().run()


def sources():
    return sorted(path.as_posix() for room in ROOMS for path in Path("csrc", room).glob("*.c"))


core = Extension("cornu._core", sources(), extra_link_args=link_flags())

setup(
    ext_modules=[core],
    cmdclass={"build_ext": BuildCore, "build_py": BuildPackage},
)
