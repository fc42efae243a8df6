"""Execute notebooks without a browser: copies and pages in build/, then a table of what each cost.

python -m tests.tools.run [--readme] [NB ...]        --readme also writes the table into README.md
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from tests.tools import notebooks
from tests.tools.environment import environment
from utils import data

BUILD = notebooks.ROOT / "build"
README = notebooks.ROOT / "README.md"
TABLE = re.compile(r"(?<=<!-- table: written by make run README=1 -->\n).*?(?=<!-- end of table -->)", re.DOTALL)


def title(notebook: nbformat.NotebookNode) -> str:
    """Return the text of the notebook's H1."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def checks(notebook: nbformat.NotebookNode) -> int:
    """Return how many ✓ lines the notebook's outputs hold."""
    texts = (output.get("text", "") for cell in notebooks.code_cells(notebook) for output in cell.outputs)
    return sum(line.startswith("✓") for text in texts for line in text.splitlines())


def download(notebook: nbformat.NotebookNode) -> str:
    """Return the size of what the notebook downloads, in MB."""
    size = sum(getattr(data, name.upper()).size for name in notebooks.data_sets(notebook))
    return f"{size / 1e6:.0f} MB" if size else "none"


def readme_table(rows: list[tuple[Path, nbformat.NotebookNode, notebooks.Run]]) -> str:
    """Return the README's table, with the machine it was measured on."""
    lines = ["| notebook | time | memory | download | checks |", "|---|--:|--:|--:|--:|"]
    for path, notebook, run in rows:
        link = f"[{path.stem[:2]} {title(notebook)}](notebooks/{path.name})"
        cost = f"{run.seconds:.0f} s | {run.megabytes} MB | {download(notebook)} | {checks(notebook)}"
        lines.append(f"| {link} | {cost} |")
    here = environment()
    lines += ["", f"Measured on {here['cores']} cores ({here['cpu']}), compilation included.", ""]
    return "\n".join(lines)


def main() -> int:
    """Run the command line described above; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("notebooks", nargs="*")
    arguments = parser.parse_args()
    if arguments.readme and arguments.notebooks:
        parser.error("Expected no notebook's name with --readme: its table has all of them.")
    BUILD.mkdir(exist_ok=True)
    rows = []
    for path in notebooks.paths(*arguments.notebooks):
        notebook = nbformat.read(path, as_version=4)
        run = notebooks.execute(notebook, path.stem)
        nbformat.write(notebook, BUILD / path.name)
        page, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": path.stem}})
        (BUILD / path.name).with_suffix(".html").write_text(page, encoding="utf8")
        rows.append((path, notebook, run))
    print(f"{'notebook':<24}{'seconds':>9}{'peak MB':>9}{'checks passed':>15}")
    for path, notebook, run in rows:
        print(f"{path.stem:<24}{run.seconds:>9.1f}{run.megabytes or '-':>9}{checks(notebook):>15}")
    failures = [f"FAILED {path.name}, {run.error}" for path, _, run in rows if run.error]
    print("\n".join(failures), file=sys.stderr, end="\n" if failures else "")
    if arguments.readme and not failures:
        README.write_text(TABLE.sub(lambda _: readme_table(rows), README.read_text(encoding="utf8")), encoding="utf8")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
