"""`python -m cornu`: back-propagation with every figure, then six steps from data to prediction."""

from __future__ import annotations

import argparse
import os
import sys

import cornu
from cornu.tour import six_steps, worked_example

# What a shell says of a program that the signal SIGPIPE ended: 128 + 13.
_PIPE_CLOSED = 141


def main() -> int:
    """Print the tour, or write it as a page.

    Returns:
        The process's exit status.
    """
    parser = argparse.ArgumentParser(
        prog="python -m cornu",
        description="Shows back-propagation with every figure, then trains a network that reads "
        "handwritten digits. It takes a few seconds.",
    )
    parser.add_argument("--version", action="version", version=f"cornu {cornu.__version__}")
    parser.add_argument(
        "--html",
        metavar="FILE",
        help="write it as a page with pictures, which needs no network, and print nothing",
    )
    arguments = parser.parse_args()
    if arguments.html is not None:
        return _write_page(arguments.html)
    try:
        print(worked_example.report())
        print()
        # The layers of the example are counted too.
        cornu.utils.clear_session()
        six_steps.run()
        print(end="", flush=True)
    except BrokenPipeError:
        # Whatever read the output, such as `head`, has enough. What is still in the buffer goes
        # where Python's own flush at the end can't fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    return 0


def _write_page(path: str) -> int:
    from cornu.saving.whole_file import write_text
    from cornu.tour.page import page

    try:
        write_text(path, page())
    except OSError as error:
        reason = error.strerror or error
        print(f"python -m cornu: can't write {path!r}: {reason}", file=sys.stderr)
        return 1
    if sys.stdout.isatty():
        print(f"Written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
