"""Draws of mutants from the notebooks and from `utils`: rows of a table, without results yet."""

import ast
import functools
import random
import subprocess
import sys
from pathlib import Path

from tools import notebooks
from tools.mutants import mutants
from tools.syntax import Mutant

COLUMNS = [
    "commit",
    "file",
    "cell",
    "kind",
    "start",
    "end",
    "before",
    "after",
    "line",
    "caught_by",
    "reason",
    "seconds",
    "judgment",
]


@functools.cache
def sources(path: Path) -> dict[str, str]:
    """Return the code of a file: of each code cell by its id, or of the whole module by ""."""
    if path.suffix == ".py":
        return {"": path.read_text(encoding="utf8")}
    return {cell.id: cell.source for cell in notebooks.code_cells(notebooks.read(path))}


def deal(count: int, generator: random.Random, words: list[str]) -> list[dict]:
    """Return the rows of a draw, without results; `words` name notebooks and "utils"; all without words."""
    named = [word for word in words if word != "utils"]
    lessons = notebooks.paths(*named) if named or not words else []
    generator.shuffle(lessons)
    modules = sorted((notebooks.ROOT / "utils").glob("*.py")) if "utils" in words or not words else []
    in_utils = count if not lessons else count // 6 if modules else 0
    shares = {tuple(modules): in_utils}
    for number in range(count - in_utils):
        place = (lessons[number % len(lessons)],)
        shares[place] = shares.get(place, 0) + 1
    rows = []
    for files, share in shares.items():
        rows += [row(*place, mutant) for place, mutant in draw(planted(files), share, generator)]
    controls = [(path, "") for path in lessons[: -(-count // 30)]]
    rows += [row(*place, Mutant("none", 0, 0, "", "")) for place in controls]
    generator.shuffle(rows)
    return rows


@functools.cache
def planted(files: tuple[Path, ...]) -> dict[tuple[Path, str], list[Mutant]]:
    """Return every mutant of each cell of notebooks, or of modules, by (path, cell)."""
    found = {}
    for path in files:
        texts = sources(path)
        names = frozenset(name for text in texts.values() for name in bound(text))
        found |= {(path, cell): mutants(text, names) for cell, text in texts.items()}
    return found


def again(rows: list[dict]) -> list[dict]:
    """Return the rows of a draw for today's code, without results, and without those whose line is gone."""
    found = []
    for old in rows:
        path = notebooks.ROOT / old["file"]
        if not path.exists():
            continue
        same = [
            new
            for (_, cell), every in planted((path,)).items()
            for new in (row(path, cell, mutant) for mutant in every)
            if all(new[column] == old[column] for column in ("cell", "kind", "before", "after", "line"))
        ]
        found += same[:1]
    return found


def bound(text: str) -> set[str]:
    """Return the names that a source assigns."""
    stored = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))
    return {node.id for node in stored if isinstance(node.ctx, ast.Store)}


def row(path: Path, cell: str, mutant: Mutant) -> dict:
    """Return the row of a mutant, with the line as it then reads."""
    changed = mutant.apply(sources(path)[cell]) if mutant.kind != "none" else ""
    line = changed[changed.rfind("\n", 0, mutant.start) + 1 :].split("\n")[0].strip()
    place = {"file": str(path.relative_to(notebooks.ROOT)), "cell": cell, "line": line}
    return {column: (vars(mutant) | place).get(column, "") for column in COLUMNS}


def draw(places: dict, count: int, generator: random.Random) -> list[tuple]:
    """Draw (place, mutant) without repeats: first the kind, each as likely, then one of its mutants in all places."""
    pool = [(place, mutant) for place, found in places.items() for mutant in found]
    drawn = []
    while pool and len(drawn) < count:
        kind = generator.choice(sorted({mutant.kind for _, mutant in pool}))
        drawn.append(generator.choice([item for item in pool if item[1].kind == kind]))
        spot = (drawn[-1][0], drawn[-1][1].start)
        pool = [item for item in pool if (item[0], item[1].start) != spot]
    return drawn


def plant(copy: Path, row: dict) -> None:
    """Write a mutant into a copy, formatted like the rest."""
    path, mutant = copy / row["file"], Mutant(*(row[name] for name in ("kind", "start", "end", "before", "after")))
    if row["kind"] == "none":
        return
    if path.suffix == ".py":
        path.write_text(mutant.apply(path.read_text(encoding="utf8")), encoding="utf8")
    else:
        notebook = notebooks.read(path)
        cell = next(cell for cell in notebook.cells if cell.id == row["cell"])
        cell.source = mutant.apply(cell.source)
        path.write_text(notebooks.text_of(notebook), encoding="utf8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", path], cwd=copy, check=True)
