"""What holds for all tests."""

import os
import signal
import warnings

import pytest

# A shell that starts the suite in the background has it ignore Ctrl-C, and so would every process
# that the tests start; some of them wait for it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--isa", help="fail unless cornu works with this instruction set")


def pytest_report_header():
    import cornu

    return f"cornu: {cornu.config.isa()}, {cornu.num_threads()} threads"


def pytest_sessionstart(session):
    """No session passes on another instruction set than the one that was asked for."""
    with warnings.catch_warnings():
        # Of a CORNU_ISA that the machine lacks: the error below says the same.
        warnings.simplefilter("ignore", RuntimeWarning)
        from cornu.config import isa

    asked = {"--isa": session.config.getoption("isa"), "CORNU_ISA": os.environ.get("CORNU_ISA")}
    for name, expected in asked.items():
        if expected and isa() != expected:
            raise pytest.UsageError(f"cornu works with {isa()}. Received: {name}={expected}")
