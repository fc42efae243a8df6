"""Write what is derived: the notebooks' file names, links, cost and "Next" lines, their first cell for Colab, the
tables of the two READMEs, and utils/seals.toml.

python -m tools.render

It reads notebooks/index.toml, the costs that `make normalize` stored, and the list of data sets. `make check` says what
is not as written here.
"""

import re
from pathlib import Path

from nbformat import NotebookNode

from tools import colab, keys, notebooks
from tools.environment import described
from utils import fetch
from utils.data_sets import DATA_SETS

README = notebooks.ROOT / "README.md"
DATA_README = notebooks.ROOT / "data" / "README.md"
PAGES = (notebooks.ROOT / "ERRATA.md", *sorted((notebooks.ROOT / "docs").glob("*.md")))  # they link to notebooks
TABLE = re.compile(r"(?<=<!-- table: written by make render -->\n).*?(?=<!-- end of table -->)", re.DOTALL)
LINK = re.compile(r"(?<=\]\()(\d\d)_(\w+)\.ipynb")
COST = re.compile(r"^`about .* on two cores` · .*$", re.MULTILINE)
NEXT = re.compile(r"^\*\*Next:\*\* .*\Z", re.MULTILINE)


def title(notebook: NotebookNode) -> str:
    """Return the text of the notebook's H1."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def download(notebook: NotebookNode) -> int:
    """Return the size of what the notebook downloads, in bytes."""
    sources = [DATA_SETS[name].source for name in notebooks.data_sets(notebook)]
    return sum(source.size for source in sources if source is not None)


def cost_line(notebook: NotebookNode) -> str:
    """Return the line of costs in a notebook's first cell, rounded up."""
    cost, size = notebook.metadata.course.cost, download(notebook)
    parts = [
        f"about {-(-cost.seconds // 10) * 10} s on two cores",
        f"{-(-cost.megabytes // 100) / 10:.1f} GB of memory",
        f"{size / 1e6:.0f} MB download" if size else "no download",
        "compiled with XLA",
    ]
    return " · ".join(f"`{part}`" for part in parts)


def next_line(entries: list[notebooks.Entry], place: int) -> str:
    """Return the last line of the notebook at a place of the index."""
    if place + 1 == len(entries):
        return "**Next:** this is the last notebook so far; the [README](../README.md) lists all."
    entry = entries[place + 1]
    return f"**Next:** [{entry.title}]({entry.file}): {entry.about}."


def files() -> dict[Path, str]:
    """Return the text of every notebook and README as it should be, by its path."""
    entries = notebooks.index()
    names = {entry.name: entry.file for entry in entries}
    on_disk = {path.stem[3:]: path for path in notebooks.paths()}
    if set(names) != set(on_disk):
        raise SystemExit(f"Expected in notebooks/index.toml the notebooks {sorted(on_disk)}, received {sorted(names)}.")
    written, stored, repository = {}, {}, colab.repository()
    for place, entry in enumerate(entries):
        path = on_disk[entry.name]
        stored[entry.name] = notebook = notebooks.read(path)
        prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
        for cell in prose:
            cell.source = LINK.sub(lambda match: names.get(match[2], match[0]), cell.source)
        if "cost" in notebook.metadata.get("course", {}):
            prose[0].source = COST.sub(cost_line(notebook), prose[0].source)
        colab.place(notebook, repository)
        prose[-1].source = NEXT.sub(next_line(entries, place), prose[-1].source)
        written[notebooks.FOLDER / entry.file] = notebooks.text_of(notebook)
    readme = README.read_text(encoding="utf8")
    written[README] = TABLE.sub(lambda _: readme_table(entries, stored), readme)
    written |= {page: page.read_text(encoding="utf8") for page in PAGES}
    for page in (README, *PAGES):
        for name, file in names.items():
            written[page] = re.sub(rf"notebooks/\d\d_{name}\.ipynb", f"notebooks/{file}", written[page])
    data_readme = DATA_README.read_text(encoding="utf8")
    written[DATA_README] = TABLE.sub(lambda _: data_table(entries, stored), data_readme)
    written[keys.SEALS] = keys.seals()
    return written


def readme_table(entries: list[notebooks.Entry], stored: dict[str, NotebookNode]) -> str:
    """Return the README's table of notebooks, with the machines that they were measured on."""
    lines, machines, total = ["| notebook | time | memory | download | checks |", "|---|--:|--:|--:|--:|"], {}, 0
    for entry in entries:
        notebook = stored[entry.name]
        course, size = notebook.metadata.get("course", {}), download(notebook)
        link = f"[{entry.number:02} {title(notebook)}](notebooks/{entry.file})"
        if "cost" not in course:
            lines.append(f"| {link} | not measured yet | | | |")
            continue
        cost = f"{course.cost.seconds} s | {course.cost.megabytes} MB | {f'{size / 1e6:.0f} MB' if size else 'none'}"
        lines.append(f"| {link} | {cost} | {course.cost.checks} |")
        machines.setdefault(described(course.environment), []).append(f"{entry.number:02}")
        total += course.cost.seconds
    where = "; ".join(f"{', '.join(numbers)} on {machine}" for machine, numbers in machines.items())
    where = next(iter(machines)) if len(machines) == 1 else where
    return "\n".join(
        [*lines, "", f"All together take {total / 60:.0f} minutes. Measured on {where}; compilation included.", ""]
    )


def data_table(entries: list[notebooks.Entry], stored: dict[str, NotebookNode]) -> str:
    """Return the table of data/README.md."""
    lines = [
        "| loader | what it returns | file in `COURSE_DATA` | used by | source, license |",
        "|---|---|---|---|---|",
    ]
    for name, data_set in DATA_SETS.items():
        used = [f"{entry.number:02}" for entry in entries if name in notebooks.data_sets(stored[entry.name])]
        source, file = data_set.source, "none"
        origin = data_set.license
        if source is not None:
            file = ", ".join(f"`{name}`" for name in source.files)
            size = f"{source.size / 1e6:.0f} MB"
            wheel = isinstance(source, fetch.Wheel)
            origin += (
                f"; wheel {source.package} {source.version}, {size}" if wheel else f"; [file]({source.url}), {size}"
            )
        lines.append(f"| `load_{name}()` | {data_set.about} | {file} | {', '.join(used) or 'none yet'} | {origin} |")
    return "\n".join([*lines, ""])


def write() -> None:
    """Write all files; a notebook whose number has changed gets its new name."""
    contents = files()
    for path in notebooks.paths():
        if path not in contents:
            path.rename(path.with_name(f"{path.name}.old"))
    for path, text in contents.items():
        if not path.exists() or path.read_text(encoding="utf8") != text:
            path.write_text(text, encoding="utf8")
    for path in notebooks.FOLDER.glob("*.ipynb.old"):
        path.unlink()


if __name__ == "__main__":
    write()
