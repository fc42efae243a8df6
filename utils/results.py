"""Read what the scripts in `benchmarks/` have measured."""

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parents[1] / "benchmarks" / "results"
HEADER = ("command", "data", "digest", "machine")


def read(name: str) -> pd.DataFrame:
    """Return the rows of benchmarks/results/NAME.csv; `.attrs` says where they come from.

    `.attrs` has the "command" that measured them, the "data", the "digest" of the code that ran, and the "machine".

    Args:
        name: for example "mnist_recipe".

    Raises:
        ValueError: if there is no such file, or it lacks its header; the message says how to measure it.
    """
    path, cure = FOLDER / f"{name}.csv", f"Measure it: python -m benchmarks {name}"
    if not path.exists():
        raise ValueError(f"Expected results in {path}, found no such file. {cure}")
    with path.open(encoding="utf8") as file:
        lines = [file.readline() for _ in HEADER]
    if not all(line.startswith(f"# {field}: ") for line, field in zip(lines, HEADER, strict=True)):
        raise ValueError(f"Expected {path} to begin with the lines {', '.join(HEADER)}, received others. {cure}")
    table = pd.read_csv(path, skiprows=len(HEADER))
    table.attrs = {field: line.split(": ", 1)[1].strip() for line, field in zip(lines, HEADER, strict=True)}
    return table
