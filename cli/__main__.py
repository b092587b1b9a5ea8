"""``lianxinqiao``: without words it opens the desktop; with a command it does that and ends.

Exit code 0 only on success; errors in Chinese on stderr, no traceback for a user's mistake.
"""

from __future__ import annotations

import sys
from pathlib import Path

from township.errors import WorldError


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 1 when it failed, 2 when it was typed wrong."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        return _desktop(default_folder())
    from cli.wording import answered  # the plain start of the desktop does not pay for it

    try:
        return answered(given)
    except WorldError as error:
        print(str(error), file=sys.stderr)  # noqa: T201 - a command line speaks by printing
        return 1


def default_folder() -> Path:
    """The data folder of this computer's user."""
    from platformdirs import user_data_path

    return user_data_path("lianxinqiao", appauthor=False)


def _desktop(folder: Path) -> int:
    from desktop.app import run
    from desktop.enrolling import enroller
    from township.storage.folder import LaptopFolder
    from township.storage.persons import Persons

    return run(folder, enrol=enroller(Persons(LaptopFolder(folder))))


if __name__ == "__main__":
    sys.exit(main())
