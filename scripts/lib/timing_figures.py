"""Prints one line of figures for what HiddenTimingTests measured: the call that tells the most, and how much that is.

usage: timing_figures.py LOG
"""

import re
import sys

LINE = re.compile(r"^timing: .*: (/\S+|\S+/\S+): medians .* P\(hidden > absent\) ([0-9.]+),")


def main() -> int:
    with open(sys.argv[1], errors="replace") as log:
        found = [(abs(float(m[2]) - 0.5), m[1]) for line in log if (m := LINE.match(line))]
    if not found:
        print("timing_figures: nothing was measured", file=sys.stderr)
        return 1
    advantage, path = max(found)
    print(f"{len(found)} pairs of calls; the largest distance from an even chance is {advantage:.3f} ({path})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
