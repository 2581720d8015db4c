"""The oracle's own tools: breaks when a wrong value, dtype, shape or name would pass unseen."""

import numpy as np
import pytest

from oracle import harness

NUMBERS = np.array([1.0, np.inf, np.nan], "float32")


def case(**options):
    return harness.Case("a case", lambda keras, dtype: {}, **options)


@pytest.mark.parametrize(
    "got",
    [
        np.array([1.1, np.inf, np.nan], "float32"),
        np.array([1.0, -np.inf, np.nan], "float32"),
        np.array([1.0, np.inf, 0.0], "float32"),
        NUMBERS.astype("float64"),
        NUMBERS[:2],
        NUMBERS[None],
        np.array(["1.0"]),
    ],
)
def test_difference_sees_values_dtypes_and_shapes(got):
    assert harness.difference(got, NUMBERS, 1e-5, 1e-6)
    assert not harness.difference(NUMBERS.copy(), NUMBERS, 0.0, 0.0)


def test_difference_is_exact_for_integers_bools_and_text():
    assert harness.difference(np.array([1, 2]), np.array([1, 3]), 1.0, 1.0)
    assert harness.difference(np.array([True]), np.array([False]), 1.0, 1.0)
    assert harness.difference(np.array(["a", "b"]), np.array(["a", "c"]), 1.0, 1.0)
    assert harness.difference(np.array(["a"]), np.array(["a", "a"]), 1.0, 1.0)
    assert not harness.difference(np.array(["a", "bcd"]), np.array(["a", "bcd"]), 0.0, 0.0)


def test_only_nan_of_keras_is_undefined():
    assert not harness.difference(np.array([1.0, 7.0]), np.array([1.0, np.nan]), 0, 0, True)
    assert harness.difference(np.array([np.nan, 7.0]), np.array([1.0, np.nan]), 0, 0, True)


def test_check_sees_missing_and_added_fields():
    fields = {"a": NUMBERS, "b": NUMBERS}
    harness.check(case(), "float32", fields, fields)
    for actual in ({"a": NUMBERS}, {**fields, "c": NUMBERS}):
        with pytest.raises(AssertionError, match="fields differ"):
            harness.check(case(), "float32", actual, fields)


def test_check_uses_the_tolerance_of_the_dtype():
    near = {"a": np.array([1.001])}
    loose = case(float32=(1e-2, 0.0))
    harness.check(loose, "float32", near, {"a": np.array([1.0])})
    with pytest.raises(AssertionError, match="a case/float64/a"):
        harness.check(loose, "float64", near, {"a": np.array([1.0])})


def test_saved_values_come_back(tmp_path):
    values = {
        "one/float32/a": NUMBERS.reshape(3, 1),
        "one/float32/none": np.zeros((0, 4), "float32"),
        "one/float64/scalar": np.array(0.1),
        "one/float64/text": np.array([["long enough"], ["ß"]]),
        "one/float64/whole text": np.array("two\nlines"),
        "one/float64/flags": np.array([True, False]),
        "two/float32/integers": np.arange(5, dtype="int32"),
        "two/float32/b": np.array([2.5], "float32"),
    }
    harness.save(tmp_path / "values.npz", values)
    found = harness.load(tmp_path / "values.npz")
    assert list(found) == list(values)
    for key, value in values.items():
        assert not harness.difference(found[key], value, 0.0, 0.0), key
        assert found[key].shape == value.shape


def test_an_unrecorded_case_is_an_error():
    with pytest.raises(KeyError, match="no recorded values"):
        harness.expected_fields({}, case(), "float32")


def test_drawn_numbers_depend_on_name_and_shape_alone():
    assert np.array_equal(harness.draw("a", 3, 2), harness.draw("a", 3, 2))
    assert not np.array_equal(harness.draw("a", 6), harness.draw("b", 6))
    single = harness.draw("a", 3, 2, dtype="float32")
    assert np.array_equal(single, harness.draw("a", 3, 2).astype("float32"))


@pytest.mark.parametrize("family", harness.FAMILIES)
def test_recordings_and_cases_belong_together(family):
    """Every recorded key has a case and every case both float types: nothing stale is kept."""
    ids = {case.id for case in harness.cases(family)}
    wanted = {(name, dtype) for name in ids for dtype in harness.DTYPES}
    found = set()
    for key in harness.recorded(family):
        dtype = "float32" if "/float32/" in key else "float64"
        found.add((key.split(f"/{dtype}/")[0], dtype))
    assert found == wanted


def test_keras_gave_a_value_wherever_one_is_compared():
    """NaN is recorded only where the case says so, and as EarlyStopping's best before any."""
    for family in harness.FAMILIES:
        values = harness.recorded(family)
        for each in harness.cases(family):
            for dtype in harness.DTYPES:
                for field, value in harness.expected_fields(values, each, dtype).items():
                    holds_nan = value.dtype.kind == "f" and bool(np.isnan(value).any())
                    allowed = each.nan or field in each.undefined
                    allowed |= each.id.startswith("early stopping/")
                    assert allowed or not holds_nan, f"{each.id}/{dtype}/{field}"
