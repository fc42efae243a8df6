"""The notebooks: their order, their files, the data sets they load, and how they are executed.

python -m tools.notebooks [NB ...]     prints their paths; NB is the start of a file's name or of a notebook's name
"""

import ast
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from utils.data_sets import DATA_SETS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
# On Linux, getrusage would count the size of the process that started the kernel as well.
PEAK_MEMORY = """
import pathlib, re, resource
status = pathlib.Path("/proc/self/status")
if status.exists():
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) * 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True)
class Entry:
    """A notebook in the index: its number, name, title, what it is about, and the seconds it may take on two cores."""

    number: int
    name: str
    title: str
    about: str
    seconds: int = 120

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.number:02}_{self.name}.ipynb"


@dataclass
class Run:
    """One execution of a notebook: seconds, peak memory of its kernel in 10⁶ bytes, and the error, "" for none."""

    seconds: float
    megabytes: int | None = None
    error: str = ""


def index() -> list[Entry]:
    """Return the notebooks in reading order, as notebooks/index.toml lists them; a part starts at a multiple of 10."""
    parts = tomllib.loads((FOLDER / "index.toml").read_text(encoding="utf8"))["parts"]
    return [
        Entry(10 * tens + place, **entry)
        for tens, part in enumerate(parts)
        for place, entry in enumerate(part.get("notebooks", []))
    ]


def paths(*words: str) -> list[Path]:
    """Return the notebooks, in reading order, whose file or name starts with one of the words; all without words.

    A word that ends with ".ipynb" is the path of a notebook elsewhere, such as the template.

    Exits with a message if a word fits no notebook.
    """
    every = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
    elsewhere = [Path(word) for word in words if word.endswith(".ipynb")]
    words = tuple(word for word in words if not word.endswith(".ipynb"))
    for word in words:
        if not any(path.name.startswith(word) or path.name[3:].startswith(word) for path in every):
            names = ", ".join(path.stem for path in every)
            raise SystemExit(f"Expected the start of a notebook's name ({names}), received {word!r}.")
    named = [path for path in every if not words or path.name.startswith(words) or path.name[3:].startswith(words)]
    return (named if words or not elsewhere else []) + elsewhere


def read(path: Path) -> NotebookNode:
    """Return a notebook as it is stored."""
    return nbformat.read(path, as_version=4)


def text_of(notebook: NotebookNode) -> str:
    """Return a notebook as the text that is stored in its file."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code(notebook: NotebookNode) -> str:
    """Return the code of a notebook."""
    return "\n".join(cell.source for cell in code_cells(notebook))


def prose(notebook: NotebookNode) -> str:
    """Return the text of a notebook."""
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs_text(notebook: NotebookNode) -> str:
    """Return what the cells of a notebook print."""
    return "".join(output.get("text", "") for cell in code_cells(notebook) for output in cell.outputs)


def data_sets(notebook: NotebookNode) -> list[str]:
    """Return the names of the data sets that the notebook's code loads, in alphabetical order.

    Raises:
        ValueError: if it loads one that is not in utils/data_sets.py.
    """
    found = set()
    for node in ast.walk(ast.parse(code(notebook))):
        of_data = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "data"
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if name.startswith("load_") and (of_data or name.removeprefix("load_") in DATA_SETS):
            found.add(name.removeprefix("load_"))
    if unknown := found - set(DATA_SETS):
        raise ValueError(f"Expected data sets of utils/data_sets.py, received {sorted(unknown)}.")
    return sorted(found)


def execute(notebook: NotebookNode, name: str) -> Run:
    """Execute a notebook in place, in a fresh kernel, with a progress bar."""
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    start, number = time.perf_counter(), 0
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    try:
        bar = tqdm(total=len(code_cells(notebook)), desc=name, unit="cell", leave=False)
        with client.setup_kernel(stderr=subprocess.DEVNULL), bar:
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type == "code":
                    number += 1
                    client.execute_cell(cell, index, execution_count=number)
                    bar.update()
            seconds = time.perf_counter() - start
            notebook.cells.append(nbformat.v4.new_code_cell(PEAK_MEMORY))
            client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=False)
            return Run(seconds, round(int(notebook.cells.pop().outputs[0].text) / 1e6))
    except CellExecutionError as error:
        message = f"code cell {number}: {error.ename}: {error.evalue}"
    except DeadKernelError:
        message = f"code cell {number}: the kernel died (out of memory?)"
    return Run(time.perf_counter() - start, error=message)


def checks(notebook: NotebookNode) -> int:
    """Return how many ✓ lines the notebook's outputs hold."""
    return len(re.findall(r"^✓", outputs_text(notebook), re.MULTILINE))


if __name__ == "__main__":
    print(*paths(*sys.argv[1:]))
