"""``python -m desktop FOLDER``: the program on one laptop's data folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from desktop.app import run


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m desktop", description="打开连心桥的数据")
    parser.add_argument("folder", type=Path, help="数据文件夹")
    parser.add_argument("--demo", type=Path, help="演示用户的文件 demo.json")
    given = parser.parse_args(arguments)
    return run(given.folder, demo=given.demo)


if __name__ == "__main__":
    sys.exit(main())
