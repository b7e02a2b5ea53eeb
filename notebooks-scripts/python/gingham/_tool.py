"""The command line of an installed wheel."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Becomes the tool."""
    tool = Path(__file__).parent / "lib" / "gingham"
    if not tool.exists():
        sys.exit("gingham: this package holds no tool; `make build` leaves it in .build/release")
    os.execv(tool, ["gingham", *sys.argv[1:]])
