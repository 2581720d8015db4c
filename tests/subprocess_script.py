"""Running a script in a process of its own, for tests that measure or limit a whole process."""

import json
import os
import subprocess
import sys
import textwrap


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
