"""The state of a session: the names given so far."""

from __future__ import annotations

from cornu.utils.naming import reset_names


def clear_session(free_memory: bool = True) -> None:
    """Start counting names afresh, so that the next Dense layer is `dense` again.

    Models and layers that exist are left as they are.

    Args:
        free_memory: Whether to collect garbage too, which frees models that nothing uses any more.

    Example:

    >>> import cornu
    >>> from cornu.utils.naming import unique_name
    >>> cornu.utils.clear_session()
    >>> unique_name("dense")
    'dense'
    >>> cornu.utils.clear_session()
    >>> unique_name("dense")
    'dense'

    Source: https://keras.io/api/utils/config_utils/
    """
    reset_names()
    if free_memory:
        import gc

        gc.collect()
