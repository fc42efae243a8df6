"""Write copies of the notebooks for live teaching to build/clean-copies/: no outputs, and predictions left open.

python -m tools.clean_copies [NB ...]

After each question that begins with "Predict:" there is room for what the class says, and the text that answers it, up
to the next heading, is folded: a click opens it.
"""

import re
import sys

import nbformat
from nbformat import NotebookNode

from tools import notebooks

FOLDER = notebooks.ROOT / "build" / "clean-copies"
ROOM = "**The class says:** …"
FOLDED = "<details><summary>After the run</summary>\n\n{}\n\n</details>"
QUESTION = re.compile(r"(?<!- )\*\*Predict:\*\* ")  # with "- " it is explained
HEADING = re.compile(r"^#+ ", re.MULTILINE)


def folded(text: str) -> str:
    """Return the text of a cell with what stands before its first heading folded; unchanged if it begins with one."""
    heading = HEADING.search(text)
    answer, rest = (text[: heading.start()].strip(), text[heading.start() :]) if heading else (text.strip(), "")
    return "\n\n".join(part for part in (FOLDED.format(answer) if answer else "", rest) if part)


def clean(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without outputs and counts, with room after each prediction, and its answer folded."""
    cells, seen_code, waits = [], False, False
    for cell in nbformat.from_dict(notebook).cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
            seen_code = True
        elif waits and seen_code:
            cell.source, waits = folded(cell.source), False
        cells.append(cell)
        if cell.cell_type == "markdown" and QUESTION.search(cell.source):
            cells.append(nbformat.v4.new_markdown_cell(ROOM, id=f"{cell.id}-room"))
            seen_code, waits = False, True
    copy = nbformat.v4.new_notebook(cells=cells, metadata={**notebook.metadata})
    copy.metadata.pop("course", None)  # what belongs to stored outputs
    return copy


def main() -> None:
    """Run the command line described above."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in notebooks.paths(*sys.argv[1:]):
        (FOLDER / path.name).write_text(notebooks.text_of(clean(notebooks.read(path))), encoding="utf8")
        print(f"{FOLDER.parent.name}/{FOLDER.name}/{path.name}")


if __name__ == "__main__":
    main()
