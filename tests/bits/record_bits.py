"""Records the digests that tests/test_same_bits.py expects: `make record-bits`.

To be run after a change that is meant to change bits, such as another order of a sum. Nothing is
recorded unless every level of this machine agrees, on one thread and on eight, and so do the two
networks of a pair.
"""

import json
import sys
from pathlib import Path

if __package__:
    from . import conditions, digests, fused_pairs
else:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from bits import conditions, digests, fused_pairs


def main():
    found = conditions.Condition().run()["digests"]
    disagree = False
    for isa in conditions.machine_levels():
        for threads in (1, 8):
            condition = conditions.Condition(isa, threads)
            differ = conditions.differences(condition.run(), found)
            print(f"{condition}: {len(differ)} of {len(found)} differ from the first", *differ)
            disagree = disagree or differ
    for pair in fused_pairs.FUSED_PAIRS:
        for dtype in digests.DTYPES:
            if len({found[f"{name}/{dtype}"] for name in pair}) > 1:
                print("not the same bits:", *pair, dtype)
                disagree = True
    if disagree:
        sys.exit("nothing was recorded")
    before = conditions.recorded() if conditions.RECORDED.exists() else {}
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    conditions.RECORDED.write_text(text, encoding="utf-8")
    changed = conditions.differences({"digests": found}, before)
    print(f"{len(changed)} of {len(found)} digests changed")


if __name__ == "__main__":
    main()
