"""The first cell of each notebook on Colab, which fetches the rest of the course; elsewhere the cell does nothing.

`make render` writes it into every notebook once notebooks/index.toml names the published repository:

repository = "https://github.com/OWNER/NAME"
"""

import tomllib

import nbformat
from nbformat import NotebookNode

from tools import notebooks

ID = "colab"
SOURCE = """\
import os
import sys
from subprocess import run

if "google.colab" in sys.modules and not os.path.exists("../utils"):  # some minutes, once
    address = "{repository}"
    if not os.path.exists("course"):  # it is there after a restart of the session
        run(["git", "clone", "--quiet", "--depth=1", address, "course"], check=True)
    os.chdir("course")
    wanted = open("requirements.txt").read().split("# running the notebooks")[0]  # has Jupyter
    packages = [line.split()[0] for line in wanted.splitlines() if line[:1].isalpha()]
    run([sys.executable, "-m", "pip", "install", "--quiet", *packages], check=True)
    sys.path.insert(0, os.getcwd())
    os.chdir("notebooks")"""


def repository() -> str:
    """Return the address of the published repository, "" if notebooks/index.toml names none."""
    return tomllib.loads((notebooks.FOLDER / "index.toml").read_text(encoding="utf8")).get("repository", "")


def place(notebook: NotebookNode, address: str) -> None:
    """Put the cell before the notebook's other code, in place; take it away if there is no address."""
    others = [cell for cell in notebook.cells if cell.id != ID]
    if not address and len(others) == len(notebook.cells):
        return
    notebook.cells = others
    if address:
        cell = nbformat.v4.new_code_cell(SOURCE.format(repository=address), id=ID)
        cell.metadata = NotebookNode(slideshow=NotebookNode(slide_type="skip"))
        first = next(number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code")
        notebook.cells.insert(first, cell)
    for count, cell in enumerate(notebooks.code_cells(notebook), start=1):
        cell.execution_count = count
