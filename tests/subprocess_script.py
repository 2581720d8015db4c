"""Running a script in a process of its own, for tests that measure or limit a whole process."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path


def run_script(source, *arguments, timeout=300, **environment):
    """Run Python source; return the JSON of its last printed line.

    Args:
        source: The script, indented as it may be.
        arguments: What it finds in `sys.argv[1:]`.
        timeout: Seconds.
        environment: Variables to add to the environment.
    """
    command = [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


def build_preload(name, folder):
    """Compile `tests/c/<name>.c` to a library for `LD_PRELOAD`; return its path.

    Args:
        name: The file's name, without its suffix.
        folder: Where the library is to be.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler built cornu"
    library, source = Path(folder) / f"{name}.so", Path(__file__).parent / "c" / f"{name}.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return str(library)
