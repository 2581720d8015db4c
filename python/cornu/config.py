"""What holds for the whole process: the float type, the fuzz factor, the threads."""

from __future__ import annotations

import warnings as _warnings
from typing import Any

from cornu import _core
from cornu.utils.absent_names import absent_name as _absent_name
from cornu.utils.errors import shown as _shown
from cornu.utils.float_types import dtype_policy as dtype_policy
from cornu.utils.float_types import floatx as floatx
from cornu.utils.float_types import layer_dtype as layer_dtype
from cornu.utils.float_types import resolve_dtype as resolve_dtype
from cornu.utils.float_types import set_dtype_policy as set_dtype_policy
from cornu.utils.float_types import set_floatx as set_floatx
from cornu.utils.limits import max_epochs as max_epochs
from cornu.utils.limits import max_steps_per_epoch as max_steps_per_epoch
from cornu.utils.limits import set_max_epochs as set_max_epochs
from cornu.utils.limits import set_max_steps_per_epoch as set_max_steps_per_epoch
from cornu.utils.messages import disable_interactive_logging as disable_interactive_logging
from cornu.utils.messages import enable_interactive_logging as enable_interactive_logging
from cornu.utils.messages import is_interactive_logging_enabled as is_interactive_logging_enabled
from cornu.utils.number import as_integer as _as_integer
from cornu.utils.tracebacks import disable_traceback_filtering as disable_traceback_filtering
from cornu.utils.tracebacks import enable_traceback_filtering as enable_traceback_filtering
from cornu.utils.tracebacks import (
    is_traceback_filtering_enabled as is_traceback_filtering_enabled,
)
from cornu.utils.user_frame import user_level as _user_level

__all__ = [
    "backend",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "isa",
    "max_epochs",
    "max_steps_per_epoch",
    "num_threads",
    "on_nan",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
    "set_num_threads",
    "set_on_nan",
]

# The core clips probabilities at this value (csrc/kernels), as Keras does by default.
_EPSILON = 1e-7

_NAN_ACTIONS = ("warn", "raise", "ignore")
_on_nan = "warn"
# Whether what may do harm in configurations is taken wherever they come from.
_allows_harm = False
_image_data_format = "channels_last"

# Who set a variable that can't be heeded believes otherwise. Whatever computes imports this module.
for _setting in _core.ignored_settings():
    _warnings.warn(_setting, RuntimeWarning, stacklevel=_user_level())


def epsilon() -> float:
    """Return the fuzz factor that keeps logarithms of probabilities finite.

    Returns:
        1e-07: probabilities are clipped to [1e-07, 1 - 1e-07] before their logarithm is taken.

    Example:

    >>> import cornu
    >>> cornu.config.epsilon()
    1e-07

    Source: https://keras.io/api/utils/config_utils/
    """
    return _EPSILON


def set_epsilon(value: float) -> None:
    """Set the fuzz factor; only Keras's default, 1e-07, is supported.

    Args:
        value: 1e-07.

    Raises:
        ValueError: `value` is another number: the core's losses have this one built in, and a
            setting that they don't follow would be worse than none.

    Example:

    >>> import cornu
    >>> cornu.config.set_epsilon(1e-7)

    Source: https://keras.io/api/utils/config_utils/
    """
    if getattr(value, "ndim", 0) or value != _EPSILON:
        raise ValueError(
            f"`value` must be {_EPSILON}: cornu's losses have it built in, and another epsilon is "
            "not "
            f"supported yet. Received: value={_shown(value)}"
        )


def backend() -> str:
    """Return the name of what computes: always `"cornu"`.

    Returns:
        `"cornu"`, where Keras says `"tensorflow"`, `"jax"` or `"torch"`.

    Example:

    >>> import cornu
    >>> cornu.config.backend()
    'cornu'

    Source: https://keras.io/api/utils/config_utils/
    """
    return "cornu"


def enable_unsafe_deserialization() -> None:
    """Let configurations and files have regular expressions that may search for ever, and paths of
    files with vocabularies, from now on.

    It is what `safe_mode=False` is for one file. The code of a lambda is never run all the same.

    Example:

    >>> import cornu
    >>> cornu.config.enable_unsafe_deserialization()  # doctest: +SKIP

    Source: https://keras.io/api/utils/config_utils/
    """
    global _allows_harm
    _allows_harm = True


def image_data_format() -> str:
    """Return where the channels of an image are.

    Returns:
        `"channels_last"`, or `"channels_first"` after `set_image_data_format`.

    Example:

    >>> import cornu
    >>> cornu.config.image_data_format()
    'channels_last'

    Source: https://keras.io/api/utils/config_utils/
    """
    return _image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set where the channels of an image are, for layers that are made from now on.

    `Flatten` and `Rescaling` go by it.

    Args:
        data_format: `"channels_last"`, as at first, or `"channels_first"`.

    Raises:
        ValueError: it is something else.

    Example:

    >>> import cornu
    >>> cornu.config.set_image_data_format("channels_last")

    Source: https://keras.io/api/utils/config_utils/
    """
    global _image_data_format
    _image_data_format = check_data_format(data_format)


def check_data_format(data_format: Any) -> str:
    """Return where the channels of an image are; for None, what is set for all.

    Args:
        data_format: `"channels_last"`, `"channels_first"`, in any case of letters, or None.

    Raises:
        ValueError: it is something else.

    Example:

    >>> from cornu.config import check_data_format
    >>> check_data_format(None), check_data_format("Channels_First")
    ('channels_last', 'channels_first')

    Source: https://keras.io/api/utils/config_utils/
    """
    if data_format is None:
        return _image_data_format
    name = data_format.lower() if isinstance(data_format, str) else None
    if name not in ("channels_last", "channels_first"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={_shown(data_format)}"
        )
    return name


def isa() -> str:
    """Return the instruction set in use, which changes the speed and no bit of any result.

    Returns:
        `"avx512"`, `"avx2"`, `"neon"` or `"portable"`: the best that the machine has, or the one
        that the environment variable `CORNU_ISA` names when cornu is imported. One that the machine
        lacks, or that does not exist, is a RuntimeWarning then, and the best is used.

    Example:

    >>> import cornu
    >>> cornu.config.isa() in ("avx512", "avx2", "neon", "portable")
    True

    Source: cornu's own; docs/design.md, "How it is compiled".
    """
    return _core.isa()


def num_threads() -> int:
    """Return how many threads the core may use, which changes the speed and no bit of any result.

    Returns:
        A positive number: what `set_num_threads` was given last; else `CORNU_NUM_THREADS`, else
        `OMP_NUM_THREADS`, else what the machine allows the process.

    Example:

    >>> import cornu
    >>> cornu.config.num_threads() >= 1
    True

    Source: cornu's own, after PyTorch's,
    https://docs.pytorch.org/docs/stable/generated/torch.get_num_threads.html
    """
    return _core.num_threads()


def set_num_threads(count: int) -> None:
    """Set how many threads the core may use.

    Args:
        count: A positive number; 0 goes back to what the environment says.

    Raises:
        ValueError: `count` is negative, a bool or not an integer.

    Example:

    >>> import cornu
    >>> cornu.config.set_num_threads(1)
    >>> cornu.config.num_threads()
    1
    >>> cornu.config.set_num_threads(0)

    Source: cornu's own, after PyTorch's,
    https://docs.pytorch.org/docs/stable/generated/torch.set_num_threads.html
    """
    number = _as_integer(count)
    if number is None or number < 0:
        raise ValueError(
            "`count` must be a positive integer, or 0 for the environment's choice. "
            f"Received: count={_shown(count)}"
        )
    _core.set_num_threads(number)


def on_nan() -> str:
    """Return what training does about a loss that is NaN or infinite.

    Returns:
        `"warn"` (the default), `"raise"` or `"ignore"`.

    Example:

    >>> import cornu
    >>> cornu.config.on_nan()
    'warn'

    Source: cornu's own
    """
    return _on_nan


def set_on_nan(action: str) -> None:
    """Set what training does about a loss that is NaN or infinite.

    It is for the whole process, as NumPy's is, so that `compile` has Keras's arguments and a saved
    model says nothing of it.

    Args:
        action: `"warn"`: a RuntimeWarning, once a training, that names the epoch, the batch, and
            the layer, weight or row that is the first not to be finite; training goes on, as in
            Keras. `"raise"`: a FloatingPointError that says so, before the step is taken: the
            model stays as the steps before left it. `"ignore"`: nothing.

    Raises:
        ValueError: `action` is something else.

    Example:

    >>> import cornu
    >>> cornu.config.set_on_nan("raise")
    >>> cornu.config.on_nan()
    'raise'
    >>> cornu.config.set_on_nan("warn")

    Source: cornu's own, after NumPy's,
    https://numpy.org/doc/stable/reference/generated/numpy.seterr.html
    """
    global _on_nan
    if not isinstance(action, str) or action not in _NAN_ACTIONS:
        raise ValueError(
            f"`action` must be one of {', '.join(map(repr, _NAN_ACTIONS))}. "
            f"Received: action={_shown(action)}"
        )
    _on_nan = action


def __getattr__(name: str) -> object:
    raise _absent_name(__name__, name)


def __dir__() -> list[str]:
    return sorted(__all__)
