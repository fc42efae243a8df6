"""Use the code of one notebook in another: its exported cells as a module."""

import functools
import json
import linecache
import sys
import types
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "notebooks"


def exports(path: Path) -> list[tuple[int, str]]:
    """Return (number, source) of each code cell tagged `export`; cells are numbered as in JupyterLab, from 1."""
    cells = [cell for cell in json.loads(path.read_text(encoding="utf8"))["cells"] if cell["cell_type"] == "code"]
    return [
        (number, "".join(cell["source"]))
        for number, cell in enumerate(cells, 1)
        if "export" in cell["metadata"].get("tags", [])
    ]


def find(name: str) -> Path:
    """Return the notebook with this name, "transformer" or "08_transformer".

    Raises:
        ValueError: if there is none.
    """
    for path in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb")):
        if name in (path.stem, path.stem[3:]):
            return path
    names = ", ".join(path.stem[3:] for path in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb")))
    raise ValueError(f"Expected the name of a notebook ({names}), received {name!r}.")


@functools.cache
def load(name: str) -> types.ModuleType:
    """Return a module with all that the cells of a notebook tagged `export` define; nothing else of it is run.

    Called twice, it returns the same module. Tracebacks show the lines of the cell, as "08_transformer.ipynb[12]".

    Args:
        name: "transformer", or with its number, "08_transformer".

    Raises:
        ValueError: if there is no such notebook, or it exports nothing.
    """
    path = find(name)
    if name != path.stem:
        return load(path.stem)
    cells = exports(path)
    if not cells:
        raise ValueError(f"Expected a notebook with cells tagged 'export', received {path.name}, which has none.")
    module = types.ModuleType(f"lesson_{path.stem}", f"The exported cells of notebooks/{path.name}.")
    sys.modules[module.__name__] = module  # where `inspect` and Keras look
    for number, source in cells:
        file = f"{path.name}[{number}]"
        linecache.cache[file] = (
            len(source),
            None,
            source.splitlines(keepends=True),
            file,
        )  # for tracebacks and AutoGraph
        exec(compile(source, file, "exec"), vars(module))
    return module
