#!/bin/sh
# Runs the suite and the C tests with counting on, prints the lines that were not executed,
# and fails below 95% of the Python lines or 90% of the C lines.

set -eu
root=$(pwd)
venv=build/venv/coverage
objects=build/c/coverage

CORNU_COVERAGE=1 sh tools/venv.sh $venv '.[test,coverage]'
find build -name '*.gcda' -exec rm {} +
rm -f .coverage .coverage.*

# shellcheck disable=SC2086 # arguments for pytest
$venv/bin/python -m coverage run -m pytest --ignore tests/test_c.py ${PYTEST:-}
make -C csrc -j "$(getconf _NPROCESSORS_ONLN)" check CC=gcc COVERAGE=1 BUILD="$root/$objects"

failed=0
$venv/bin/python -m coverage combine --quiet
$venv/bin/python -m coverage report --fail-under=95 || failed=1
# gcovr doubts counts above 2^32; multiply-adds are that many. A function that a template has in two forms is two.
$venv/bin/gcovr --root csrc --merge-mode-functions=separate --gcov-suspicious-hits-threshold 0 \
    --sort uncovered-number --txt-metric line --fail-under-line 90 \
    build/temp.*-coverage $objects || failed=1
exit $failed
