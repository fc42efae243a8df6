"""Execute notebooks without a browser: copies and pages in build/, then a table of what each cost.

python -m tools.run [NB ...]
"""

import sys

import nbformat
from nbconvert import HTMLExporter

from tools import notebooks

BUILD = notebooks.ROOT / "build"


def write(notebook: nbformat.NotebookNode, name: str) -> None:
    """Write an executed notebook to build/, as a notebook and as a page."""
    BUILD.mkdir(exist_ok=True)
    nbformat.write(notebook, BUILD / f"{name}.ipynb")
    page, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": name}})
    (BUILD / f"{name}.html").write_text(page, encoding="utf8")


def main() -> int:
    """Run the command line described above; return the exit code."""
    rows = []
    for path in notebooks.paths(*sys.argv[1:]):
        notebook = notebooks.read(path)
        run = notebooks.execute(notebook, path.stem)
        write(notebook, path.stem)
        rows.append((path, notebook, run))
    print(f"{'notebook':<24}{'seconds':>9}{'peak MB':>9}{'checks passed':>15}")
    for path, notebook, run in rows:
        print(f"{path.stem:<24}{run.seconds:>9.1f}{run.megabytes or '-':>9}{notebooks.checks(notebook):>15}")
    failures = [f"FAILED {path.name}, {run.error}" for path, _, run in rows if run.error]
    print("\n".join(failures), file=sys.stderr, end="\n" if failures else "")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
