#!/bin/sh
# Makes an sdist and, from it, a wheel in a clean environment; installs the wheel outside of the checkout and runs
# `python -m cornu` there. Fails where a promise about them is broken.

set -eu
outside=$(mktemp -d)
trap 'rm -rf "$outside"' EXIT
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT
python=${PYTHON:-python3}

fail() {
    echo "cornu: $1" >&2
    exit 1
}

sh tools/venv.sh build/venv/build build
began=$(date +%s)
build/venv/build/bin/python -m build --outdir "$outside/dist" . >"$outside/log" 2>&1 || {
    cat "$outside/log" >&2
    exit 1
}
seconds=$(($(date +%s) - began))
wheel=$(echo "$outside"/dist/*.whl)
nbytes=$(wc -c <"$wheel")
# The time is for people to look at: 60 s are promised on two free cores, and a busy machine proves nothing.
echo "sdist and wheel: $seconds s; wheel: $((nbytes / 1024)) KiB"
[ "$nbytes" -lt 2000000 ] || fail "the wheel has $nbytes bytes, and may have 2000000"

tar tzf "$outside"/dist/*.tar.gz >"$outside/files"
for name in csrc/cornu.h csrc/Makefile csrc/flags.mk csrc/base/ csrc/kernels/ csrc/net/ csrc/ext/ tests/c/check.h \
    tests/oracle/values/ Makefile tools/venv.sh .ci/run docs/design.md CHANGELOG.md LICENSE; do
    grep -q "^[^/]*/$name" "$outside/files" || fail "the sdist lacks $name"
done

cd "$outside"
"$python" -m venv venv
venv/bin/python -m pip install --quiet "$wheel"
venv/bin/python - <<'END'
from importlib.metadata import requires

needed = sorted(line for line in requires("cornu") if "extra ==" not in line)
assert needed == ["h5py", "numpy>=1.26", "tqdm"], f"the wheel requires {needed}"
END
venv/bin/python -m cornu
