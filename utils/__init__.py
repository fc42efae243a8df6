"""Helpers shared by the notebooks of Foundation Models, Step by Step."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    raise RuntimeError(
        f"Expected Python 3.11, 3.12 or 3.13, received {sys.version_info[0]}.{sys.version_info[1]}. "
        "Install one of these and create the environment again (see README.md)."
    )
