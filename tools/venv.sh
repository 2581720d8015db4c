#!/bin/sh
# Makes a virtual environment with what building needs, and installs requirements into it.
# usage: venv.sh directory requirement...
#
# The environment is made anew when pyproject.toml, the interpreter or the list of requirements has changed.
# A requirement may be `.` or `.[extra]`, the project itself: it is built and installed anew at each call.
# PYTHON chooses the interpreter.

set -eu
directory=$1
shift
python=${PYTHON:-python3}
stamp=$directory/made-from
# As pyproject.toml's build-system says; a test compares them.
build_requirements="setuptools>=77 numpy>=2"

unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT
export PYTHONNOUSERSITE=1 PIP_DISABLE_PIP_VERSION_CHECK=1

sh "$(dirname "$0")/preflight.sh" "$python"

made_from() {
    "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
    cksum <pyproject.toml
    echo "$@"
}

install() {
    "$directory/bin/python" -m pip install --quiet "$@" && return
    # A failed build printed its own errors; a failed download deserves one line.
    if ! "$directory/bin/python" -m pip download --quiet --no-deps --dest "$directory/probe" tqdm >/dev/null 2>&1; then
        echo "cornu: pip cannot reach PyPI. Check the network, or pip's settings: $python -m pip config list" >&2
    fi
    exit 1
}

now=$(made_from "$@")
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$now" ]; then
    rm -rf "$directory"
    "$python" -m venv "$directory"
    # shellcheck disable=SC2086 # a list of words
    install $build_requirements
    echo "$now" >"$stamp"
fi
[ $# = 0 ] || install --no-build-isolation "$@"
