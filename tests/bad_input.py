"""For tests of what is refused: one clear error, and a model that is as it was."""

import pytest

from small_models import state


def refused(work, *words, error=ValueError):
    """Run it, and find the words in its error, in this order."""
    with pytest.raises(error) as caught:
        work()
    message, at = str(caught.value), 0
    for word in words:
        found = message.find(word, at)
        assert found >= 0, f"{word!r} is not in {message!r} from {at}"
        at = found + len(word)


def unchanged(model, work, *words, error=ValueError):
    """Refused, with the model as it was, in whatever way it can be looked at."""
    before = state(model)
    refused(work, *words, error=error)
    assert state(model) == before
    assert not model._core.in_training
