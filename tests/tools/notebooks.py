"""Where the notebooks are, which data sets they load, and how they are executed."""

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
LOADERS = re.compile(r"\bdata\.load_(mnist|cifar10|shakespeare|english_spanish)\(")
# On Linux, getrusage would count the size of the process that started the kernel as well.
PEAK_MEMORY = """
import pathlib, re, resource
status = pathlib.Path("/proc/self/status")
if status.exists():
    print(int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) * 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass
class Run:
    """One execution of a notebook: seconds, peak memory of its kernel in 10⁶ bytes, and the error, "" for none."""

    seconds: float
    megabytes: int | None = None
    error: str = ""


def paths(*words: str) -> list[Path]:
    """Return the notebooks, in reading order, whose names start with one of the words; all without words.

    Exits with a message if a word fits no notebook.
    """
    every = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
    for word in words:
        if not any(path.name.startswith(word) for path in every):
            names = ", ".join(path.stem for path in every)
            raise SystemExit(f"Expected the start of a notebook's name ({names}), received {word!r}.")
    return [path for path in every if not words or path.name.startswith(words)]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def data_sets(notebook: NotebookNode) -> list[str]:
    """Return the names of the data sets that the notebook's code loads, in alphabetical order."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    return sorted(set(LOADERS.findall(code)))


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
