"""``python -m benchmarks NAME [--peers] [--json]``."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.harness import Report, dumps, parse_options


def main() -> int:
    """Run one benchmark; the exit code is 0 when all its goals are met, 1 when not."""
    name, options, as_json = parse_options(sys.argv[1:])
    report: Report = import_module(f"benchmarks.{name}").run(options)
    print(dumps(report) if as_json else report.as_text())
    return 0 if all(goal.met for goal in report.goals) else 1


if __name__ == "__main__":
    sys.exit(main())
