"""Models as estimators of scikit-learn, which the extra `cornu[sklearn]` installs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any as _Any

from cornu.utils.absent_names import absent_name as _absent_name

if TYPE_CHECKING:
    from cornu.wrappers.estimators import SKLearnClassifier as SKLearnClassifier
    from cornu.wrappers.estimators import SKLearnRegressor as SKLearnRegressor
    from cornu.wrappers.estimators import SKLearnTransformer as SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __getattr__(name: str) -> _Any:
    if name in __all__:
        from importlib import import_module

        # They are classes of scikit-learn's, so it is imported with them.
        return getattr(import_module("cornu.wrappers.estimators"), name)
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
