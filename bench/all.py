"""Runs every bench, or those that are named: `python bench/all.py [variants startup upload library accel]`."""

import subprocess
import sys
from pathlib import Path

BENCHES = ("variants", "startup", "upload", "library", "accel")


def main() -> int:
    """Each in a process of its own, so that none measures what another left in memory."""
    asked = sys.argv[1:] or list(BENCHES)
    unknown = sorted(set(asked) - set(BENCHES))
    if unknown:
        print(f"No such bench: {', '.join(unknown)}. There are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    failed = 0
    for name in asked:
        print(f"\n=== {name} ===", flush=True)
        failed |= subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
