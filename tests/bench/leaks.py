"""More rosters for the reader with a linear program than the tests have time for.

python -m tests.bench.leaks [ROSTERS] [FIRST]
"""

import sys

from tests.core.leaks import Weeks, all_came, exposed


def main(rosters: int = 5000, first: int = 100_000) -> int:
    """Tell every roster whose papers give a small cell away; how many there were."""
    found = 0
    for seed in range(first, first + rosters):
        for cell, people in exposed(weeks := Weeks(seed)):
            everybody = all_came(weeks, cell)
            found += not everybody
            print(
                f"roster {seed}: {sorted(cell)} = {people}{' (all came)' if everybody else ''}"
            )
    print(f"{found} small cells in {rosters} rosters")
    return found


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:3]))))
