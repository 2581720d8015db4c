"""Results by name, under the names of older programs too."""

from __future__ import annotations

from typing import Any

# Names of one thing; a program that asks for one finds what is there under another.
_SPELLINGS = (
    ("accuracy", "acc"),
    ("mse", "mean_squared_error", "MSE"),
    ("mae", "mean_absolute_error", "MAE"),
    ("mape", "mean_absolute_percentage_error", "MAPE"),
    ("msle", "mean_squared_logarithmic_error", "MSLE"),
    ("learning_rate", "lr"),
)
_OTHERS = {name: names for names in _SPELLINGS for name in names}


class ResultDict(dict[str, Any]):
    """A dictionary of results that answers to their older names too.

    It holds, counts, lists and compares the names that Keras 3 gives; `[name]` and `get` find
    `accuracy` as `acc`, `mae` as `mean_absolute_error`, `learning_rate` as `lr`, and the other way
    round, with `val_` before them or not.

    Example:

    >>> from cornu.callbacks.result_dict import ResultDict
    >>> results = ResultDict(accuracy=0.5, val_mae=2.0)
    >>> results["acc"], results.get("val_mean_absolute_error"), list(results)
    (0.5, 2.0, ['accuracy', 'val_mae'])

    Source: https://keras.io/api/callbacks/ (`History`), and the names of Keras before 2.3
    """

    def __missing__(self, name: Any) -> Any:
        for other in spellings(name):
            if other in self:
                return super().__getitem__(other)
        raise KeyError(name)

    def get(self, name: Any, default: Any = None) -> Any:
        """Return the result of a name, or of one of its spellings; else `default`."""
        try:
            return self[name]
        except KeyError:
            return default


def spellings(name: Any) -> tuple[str, ...]:
    """Return the names under which a result may stand, the one given first.

    Example:

    >>> from cornu.callbacks.result_dict import spellings
    >>> spellings("val_acc")
    ('val_acc', 'val_accuracy')
    """
    if not isinstance(name, str):
        return ()
    plain = name.removeprefix("val_")
    prefix = name[: len(name) - len(plain)]
    others = [other for other in _OTHERS.get(plain, ()) if other != plain]
    return (name, *(prefix + other for other in others))
