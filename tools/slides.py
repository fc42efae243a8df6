"""Write slides of the notebooks to build/slides/, one page each, that need no network.

python -m tools.slides [NB ...]

The cells say in their metadata what they are, as JupyterLab's property inspector writes it: `slideshow.slide_type` is
"slide" for the first cell of a slide, "fragment" for one that a key press shows, "notes" for what the speaker view
shows; cells without it are left out. Text goes to the left, code and figures to the right. Of a cell whose text ends
one section and begins the next, only the next is shown, on a slide of its own; of a cell that draws, shows a table
or prints more than ten lines, only the output.
"""

import html
import itertools
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from tools import book, notebooks

FOLDER = notebooks.ROOT / "build" / "slides"
SOURCE = notebooks.ROOT / "docs" / "slides"
REVEAL = {  # in node_modules: in vendor/
    "reveal.js/dist/reveal.js": "reveal/reveal.js",
    "reveal.js/dist/reveal.css": "reveal/dist/reveal.css",
    "reveal.js/dist/theme/white.css": "reveal/dist/theme/white.css",
    "reveal.js/dist/theme/fonts": "reveal/dist/theme/fonts",
    "reveal.js/plugin/notes/notes.js": "reveal/notes.js",
}
NO_WORDS = "No description has been provided for this image"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)([^)]+)\)")
HEADING = re.compile(r"^#+ ", re.MULTILINE)


def slide_type(cell: NotebookNode) -> str:
    """Return what a cell is on the slides; "skip" if it is not on them."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "skip")


def link(found: re.Match) -> str:
    """Return a link to another notebook as one to its slides; of a link to another file only its text."""
    text, target = found.groups()
    to_notebook = re.fullmatch(r"(\d\d_\w+)\.ipynb(#.*)?", target)
    return f"[{text}]({to_notebook[1]}.html)" if to_notebook else text


def figures(cell: NotebookNode) -> list[NotebookNode]:
    """Return the outputs of a cell that are figures."""
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def is_long(cell: NotebookNode) -> bool:
    """Return whether a cell shows a table or prints more than ten lines."""
    outputs = cell.get("outputs", [])
    lines = sum(output.get("text", "").count("\n") for output in outputs)
    return lines > 10 or any("text/html" in output.get("data", {}) for output in outputs)


def shown(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with the cells that are on the slides, each section of a text on its own slide."""
    cells = []
    for cell in notebook.cells:
        kind = slide_type(cell)
        if kind == "skip":
            continue
        tags = ["output"] if figures(cell) or is_long(cell) else []
        texts = [cell.source]
        if cell.cell_type == "markdown":
            texts = sections(LINK.sub(link, cell.source)) if kind == "slide" else [LINK.sub(link, cell.source)]
        for number, text in enumerate(texts):
            copy = nbformat.from_dict(cell)
            copy.metadata = NotebookNode(slideshow={"slide_type": kind}, tags=tags)
            copy.update(id=f"{cell.id}-{number}" if number else cell.id, source=text)
            cells.append(copy)
    return nbformat.v4.new_notebook(cells=cells)


def sections(text: str) -> list[str]:
    """Return the sections that begin in a text, but exercises; the text if none does.

    >>> sections("The end.\\n\\n## One\\n\\nText.\\n\\n## Exercises"), sections("Text.")
    (['## One\\n\\nText.\\n\\n'], ['Text.'])
    """
    starts = [found.start() for found in HEADING.finditer(text)] or [0]
    parts = [text[start:end] for start, end in itertools.pairwise([*starts, len(text)])]
    return [part for part in parts if not part.startswith("## Exercises")]


def exporter() -> SlidesExporter:
    """Return nbconvert's exporter with the template of this course."""
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = ("output",)
    return SlidesExporter(
        config=config,
        template_name="template",
        extra_template_basedirs=[str(SOURCE)],
        reveal_url_prefix="vendor/reveal",
        reveal_theme="white",
    )


def page(path: Path) -> str:
    """Return the slides of a notebook as a web page, with words for each figure."""
    slides = shown(notebooks.read(path))
    words = iter(book.words(cell, path.stem) for cell in slides.cells for _ in figures(cell))
    text, _ = exporter().from_notebook_node(slides, {"metadata": {"name": path.stem}})
    return re.sub(NO_WORDS, lambda _: html.escape(next(words)), text)


def main() -> None:
    """Run the command line described above."""
    vendored = {book.VENDOR / origin: place for origin, place in (book.VENDORED | REVEAL).items()}
    for origin, place in (vendored | {SOURCE / name: name for name in ("slides.css", "slides.js")}).items():
        copy = FOLDER / "vendor" / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, dirs_exist_ok=True)
        else:
            shutil.copy(origin, copy)
    for path in notebooks.paths(*sys.argv[1:]):
        (FOLDER / f"{path.stem}.html").write_text(page(path), encoding="utf8")
        print(f"build/slides/{path.stem}.html")


if __name__ == "__main__":
    main()
