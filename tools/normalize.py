"""Execute notebooks and store them in the form that is kept in git: one clean run, its costs, nothing that varies.

python -m tools.normalize [NB ...]
"""

import math
import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams

from tools import notebooks, render
from tools.environment import environment
from utils import data

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
PATH_HERE = re.compile(r"(?<![\w./])/(?:root|home|Users|tmp|work|private|var)/|\b[A-Z]:\\")
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
MAX_BYTES = 1_000_000
KEPT = ("slideshow", "stated", "tags")  # of a cell's metadata
STAND_IN = "⚠ STAND-IN"


def fingerprints(notebook: NotebookNode) -> dict[str, str]:
    """Return the SHA-256 of each data set that the notebook loads, as the loaders find it here."""
    return {name: data.fingerprint(getattr(data, f"load_{name}")()) for name in notebooks.data_sets(notebook)}


def normalize(notebook: NotebookNode, course: dict) -> NotebookNode:
    """Return a notebook with only what is to be stored; `course` is the part of its metadata that is ours."""
    result = nbformat.v4.new_notebook(
        metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}, "course": course}
    )
    result.nbformat_minor = 5
    for cell in notebook.cells:
        kept = NotebookNode(
            id=cell.id,
            cell_type=cell.cell_type,
            metadata={name: cell.metadata[name] for name in KEPT if cell.metadata.get(name)},
            source=cell.source.strip("\n"),
        )
        if cell.cell_type == "code":
            kept.execution_count = cell.execution_count
            kept.outputs = [_output(output) for output in coalesce_streams(cell.outputs)]
        result.cells.append(kept)
    return result


def _output(output: NotebookNode) -> NotebookNode:
    if "metadata" in output:
        output.metadata = NotebookNode()
    return output


def problems(path: Path) -> list[str]:
    """Return what keeps a stored notebook from being in normal form, a line each."""
    stored = path.read_text(encoding="utf8")
    notebook = nbformat.reads(stored, as_version=nbformat.NO_CONVERT)
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        return [f"{path.name}: expected nbformat 4.5, received {notebook.nbformat}.{notebook.nbformat_minor}"]
    found = []
    course = notebook.metadata.get("course", {})
    if set(course) != {"cost", "data", "environment"}:
        found.append("metadata lacks the costs, the data sets or the environment that its outputs come from")
    elif sorted(course["data"]) != notebooks.data_sets(notebook):
        found.append(f"metadata names the data sets {sorted(course['data'])}, the code loads others")
    elif course["cost"]["checks"] != notebooks.checks(notebook):
        found.append(f"metadata counts {course['cost']['checks']} checks, the outputs hold others")
    cells = notebooks.code_cells(notebook)
    if [cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
        found.append("execution counts are not 1, 2, 3, …: not one clean run")
    if STAND_IN in notebooks.outputs_text(notebook):
        found.append("its outputs come from a stand-in: run `make normalize` with the real data")
    for number, cell in enumerate(cells, 1):
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                found.append(f"code cell {number} stores an error or a warning")
            text = output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
            if PATH_HERE.search(text) or ADDRESS.search(text):
                found.append(f"code cell {number} prints an absolute path or an object's address")
    if len(stored.encode()) > MAX_BYTES:
        found.append(f"{len(stored.encode()) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB")
    if not found and stored != notebooks.text_of(normalize(notebook, course)):
        found.append("is not as `make normalize` writes it")
    return [f"{path.name}: {line}" for line in found]


def main() -> int:
    """Run the command line described above; return the exit code."""
    failures = []
    for path in notebooks.paths(*sys.argv[1:]):
        notebook = notebooks.read(path)
        run = notebooks.execute(notebook, path.stem)
        if run.error:
            failures.append(f"{path.name} is left as it was: {run.error}")
            continue
        if STAND_IN in notebooks.outputs_text(notebook):
            failures.append(f"{path.name} is left as it was: only a stand-in was found for its data")
            continue
        cost = {"seconds": math.ceil(run.seconds), "megabytes": run.megabytes, "checks": notebooks.checks(notebook)}
        course = {"cost": cost, "data": fingerprints(notebook), "environment": environment()}
        path.write_text(notebooks.text_of(normalize(notebook, course)), encoding="utf8")
        print(f"{path.name}: {run.seconds:.0f} s, {run.megabytes} MB", flush=True)
        failures += problems(path)
    render.write()
    print("\n".join(failures), file=sys.stderr, end="\n" if failures else "")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
