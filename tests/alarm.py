"""A signal that comes in the middle of some work."""

import contextlib
import signal


@contextlib.contextmanager
def alarm(handler, after):
    """SIGALRM calls `handler(number, frame)` `after` seconds from now; puts back what was there."""
    previous = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
