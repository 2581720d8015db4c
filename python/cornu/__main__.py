"""`python -m cornu`: back-propagation with every figure, then six steps from data to prediction."""

from __future__ import annotations

from cornu.tour import six_steps, worked_example


def main() -> None:
    """Print the tour."""
    print(worked_example.report())
    print()
    six_steps.run()


if __name__ == "__main__":
    main()
