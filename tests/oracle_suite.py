"""Shared by the tests that compare cornu with Keras's recorded values, one file a family."""

import pytest

from oracle import harness


def parametrize(family):
    """Parametrises a test over the cases of a family and the float types."""
    values = harness.recorded(family)
    rows = [
        pytest.param(case, dtype, values, id=f"{case.id}-{dtype}")
        for case in harness.cases(family)
        for dtype in harness.DTYPES
    ]
    return pytest.mark.parametrize(("case", "dtype", "values"), rows)


def compare(case, dtype, values):
    """Runs the case on cornu and asserts the recorded fields, or the refusal that it names."""
    keras = harness.target()
    if case.refused and keras.__name__ == "cornu":
        with pytest.raises(ValueError, match=case.refused):
            harness.evaluate(keras, case, dtype)
        return
    actual = harness.evaluate(keras, case, dtype)
    harness.check(case, dtype, actual, harness.expected_fields(values, case, dtype))
