"""The command line of an installed wheel."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Becomes the tool."""
    tool = Path(__file__).parent / "lib" / "gingham"
    if not tool.exists():
        sys.exit("gingham: this package holds no tool; `make build` leaves it in .build/release")
    fonts = Path(__file__).parent / "fonts" / "fonts.conf"
    if fonts.exists() and not Path("/etc/fonts/fonts.conf").exists():
        # A system without fonts gets those of the wheel.
        os.environ.setdefault("FONTCONFIG_FILE", str(fonts))
    os.execv(tool, ["gingham", *sys.argv[1:]])
