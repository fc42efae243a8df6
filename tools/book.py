"""Build the web book in build/book/html from the notebooks as they are stored.

python -m tools.book

`make book` runs this: it installs Sphinx into an environment of its own, and three npm packages (formulas, diagrams, a
network in the browser), which the site serves itself. With `BOOK_REPOSITORY=https://github.com/OWNER/NAME`, pages have
launch buttons.
"""

import ast
import base64
import json
import re
import shutil
import subprocess
import sys
import tomllib

import nbformat
from nbformat import NotebookNode

from tools import articles, colab, notebooks

BOOK = notebooks.ROOT / "build" / "book"
SOURCE, HTML, VENDOR = BOOK / "source", BOOK / "html", BOOK / "node" / "node_modules"
DOCS = notebooks.ROOT / "docs"
PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "ERRATA.md", "data/README.md")
LOCAL_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")
VENDORED = {  # in node_modules: in _static/vendor
    "mermaid/dist/mermaid.min.js": "mermaid.min.js",
    "mathjax/es5/tex-chtml.js": "mathjax/tex-chtml.js",
    "mathjax/es5/input/tex/extensions": "mathjax/input/tex/extensions",
    "mathjax/es5/output/chtml/fonts": "mathjax/output/chtml/fonts",
    "mathjax/es5/a11y": "mathjax/a11y",
    "mathjax/es5/sre": "mathjax/sre",
    "onnxruntime-web/dist/ort.wasm.min.js": "ort.wasm.min.js",
}

RUNTIME = "onnxruntime-web/dist/ort-wasm-simd-threaded"


def embedded_runtime() -> str:
    """Return the two other files of the runtime as a script: browsers refuse to fetch them for a page on disk."""
    parts = {"glue": ".mjs", "wasm": ".wasm"}
    texts = {name: base64.b64encode((VENDOR / f"{RUNTIME}{end}").read_bytes()).decode() for name, end in parts.items()}
    return f"window.ortEmbedded = {json.dumps(texts)};\n"


def alternative(source: str) -> str:
    """Return what a figure shows in words: titles and axis labels in the code that draws it; "" without a title."""
    tree = ast.parse(source)
    names = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = {"suptitle": [], "title": [], "xlabel": [], "ylabel": []}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", "").removeprefix("set_")
        values = [(keyword.arg, keyword.value) for keyword in call.keywords]
        for kind, value in [*values, *((name, argument) for argument in call.args[:1])]:
            if kind in found and (text := _words(names.get(getattr(value, "id", None), value))):
                found[kind].append(text)
    found = {kind: list(dict.fromkeys(texts)) for kind, texts in found.items()}
    axes = [f"{kind[0]}: {' / '.join(found[kind])}" for kind in ("xlabel", "ylabel") if found[kind]]
    titles = "; ".join(found["suptitle"] + found["title"])
    return titles and titles + (f" ({', '.join(axes)})" if axes else "")


def _words(value: ast.expr) -> str:
    if isinstance(value, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "…" for part in value.values]
        return "".join(parts).replace("\n", " ").strip()
    return value.value.replace("\n", " ") if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def words(cell: NotebookNode, name: str) -> str:
    """Return what the figure of a notebook's cell shows in words.

    Exits with a message if there are no words for it.
    """
    by_hand = tomllib.loads((DOCS / "alternatives.toml").read_text(encoding="utf8"))
    key = f"{name[3:]}-{cell.id}"
    text = by_hand.get(key) or alternative(cell.source)
    if not text:
        raise SystemExit(f"{name}: expected a title in the code, or {key} in docs/alternatives.toml")
    return text


def prepared(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return a copy of a notebook for the book: an anchor at each cell that cites an article, words for each figure."""
    copy = nbformat.from_dict(notebook)
    for number, _, _, _ in articles.places(copy, articles.read()):
        copy.cells[number].source = f'<a id="cell-{number}"></a>\n\n{copy.cells[number].source}'
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("](../README.md", "](../index.md")
        elif any("image/png" in output.get("data", {}) for output in cell.outputs):
            cell.metadata["mystnb"] = {"image": {"alt": words(cell, name)}}
    return copy


def contents(entries: list[notebooks.Entry], article_names: list[str]) -> list[str]:
    """Return the tables of contents at the side of each page, one for each part."""
    parts = tomllib.loads((notebooks.FOLDER / "index.toml").read_text(encoding="utf8"))["parts"]
    trees = {
        part["title"]: [
            f"{entry.number:02} {entry.title} <notebooks/{entry.file.removesuffix('.ipynb')}>"
            for entry in entries
            if entry.number // 10 == tens
        ]
        for tens, part in enumerate(parts)
    }
    trees = {"To play with": ["See it move <see_it_move>"]} | trees
    trees["To look up"] = ["Glossary, English and Chinese <glossary>"]
    trees["To teach"] = ["Teaching with this course <teaching>"]
    trees["The articles"] = [f"Article {name} <articles/{name}>" for name in article_names]
    trees["About"] = ["Errata <ERRATA>", "Changes <CHANGELOG>", "Contributing <CONTRIBUTING>", "The data <data/README>"]
    return [
        "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *lines, "```", ""])
        for caption, lines in trees.items()
        if lines
    ]


def write_source() -> None:
    """Write all pages as Sphinx reads them."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    for path in (*DOCS.glob("*.md"), DOCS / "conf.py"):
        shutil.copy(path, SOURCE)
    shutil.copytree(DOCS / "static", SOURCE / "_static")
    shutil.copytree(DOCS / "pieces", SOURCE / "_static" / "pieces")
    for origin, place in VENDORED.items():
        path, copy = VENDOR / origin, SOURCE / "_static" / "vendor" / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy)(path, copy)
    (SOURCE / "_static" / "vendor" / "ort.embedded.js").write_text(embedded_runtime(), encoding="utf8")
    entries = notebooks.index()
    stored = {entry.file: notebooks.read(notebooks.FOLDER / entry.file) for entry in entries}
    (SOURCE / "notebooks").mkdir()
    for file, notebook in stored.items():
        colab.place(notebook, "")
        nbformat.write(prepared(notebook, file.removesuffix(".ipynb")), SOURCE / "notebooks" / file)
    for name in PAGES:
        text = (notebooks.ROOT / name).read_text(encoding="utf8").replace("README.md)", "index.md)")
        text = text.replace("](docs/", "](")  # whose pages are at the top of the book
        (SOURCE / name).parent.mkdir(exist_ok=True)
        (SOURCE / name).write_text(text, encoding="utf8")
    with (SOURCE / "index.md").open("a", encoding="utf8") as index:
        index.write("\n## The notebooks, and how long each runs on two cores\n\n")
        for entry in entries:
            seconds = stored[entry.file].metadata.course.cost.seconds
            line = f"- {entry.number:02} [{entry.title}](notebooks/{entry.file}): {entry.about} ({seconds} s)\n"
            index.write(line)
        index.write("\n" + "\n".join(contents(entries, articles.write(SOURCE / "articles", stored))))
    copy_linked()


def copy_linked() -> None:
    """Copy the files of the project that pages link to (code, results), so that each can be downloaded."""
    for page in [*SOURCE.rglob("*.md"), *SOURCE.glob("notebooks/*.ipynb")]:
        for target, _ in LOCAL_LINK.findall(page.read_text(encoding="utf8")):
            place = (page.parent / target).resolve()
            origin = notebooks.ROOT / place.relative_to(SOURCE.resolve())
            if not place.exists() and origin.is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(origin, place)


def main() -> int:
    """Run the command line described above; return Sphinx's exit code."""
    write_source()
    shutil.rmtree(HTML, ignore_errors=True)
    sphinx = BOOK / "env" / "bin" / "sphinx-build"
    command = [sphinx, "--fail-on-warning", "--keep-going", "--quiet", "-d", BOOK / "doctrees", SOURCE, HTML]
    code = subprocess.run(command).returncode
    if not code:
        print(f"The book: {HTML / 'index.html'}. To serve it: python3 -m http.server --directory {HTML}")
    return code


if __name__ == "__main__":
    sys.exit(main())
