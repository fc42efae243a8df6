"""Map the articles' sections to the notebooks that follow or correct them; tools.book makes a page of each map."""

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools import notebooks

PART = r"(?:§?\d+(?:\.\d+)*(?: Q\d+)?|Q\d+)"
CITED = re.compile(rf"\b(00[0-4]) ({PART}(?:(?:, |–){PART})*)")
CHECK = re.compile(r"\*\*Document check\b")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Article:
    """An article: its name, such as "000", its title, and the titles of its sections by number, in order."""

    name: str
    title: str
    sections: dict[str, str]


def read() -> list[Article]:
    """Return the articles, as docs/articles.toml lists them."""
    text = (notebooks.ROOT / "docs" / "articles.toml").read_text(encoding="utf8")
    return [
        Article(row["name"], row["title"], {section["number"]: section["title"] for section in row["sections"]})
        for row in tomllib.loads(text)["articles"]
    ]


def citations(text: str, articles: list[Article]) -> list[tuple[str, str]]:
    """Return each (article, section) that a text cites, ranges and questions written out.

    Raises:
        ValueError: if an article has no such section.
    """
    by_name = {article.name: list(article.sections) for article in articles}
    found = []
    for name, cited in CITED.findall(text):
        section = ""
        for part in cited.replace("§", "").split(", "):
            if part.startswith("Q"):  # another question of the section before
                part = f"{section.split()[0]} {part}"
            section, _, last = part.partition("–")
            order = by_name[name] if last else [section]
            between = order[order.index(section) : order.index(last or section) + 1]
            depth = max(section.count("."), last.count("."))
            found += [(name, number) for number in between if number.count(".") <= depth]
    for name, number in found:
        if number not in by_name[name]:
            raise ValueError(f"Expected a section of article {name} in docs/articles.toml, received §{number}.")
    return list(dict.fromkeys(found))


def places(notebook: NotebookNode, articles: list[Article]) -> list[tuple[int, str, bool, list[tuple[str, str]]]]:
    """Return for each prose cell that cites: its number from 0, its heading, if it corrects, and what it cites."""
    heading, found = "", []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            heading = (HEADING.findall(cell.source) or [heading])[0] if number else "top"
            if cited := citations(cell.source, articles):
                found.append((number, heading, bool(re.search(CHECK.pattern + r".*00[0-4]", cell.source)), cited))
            heading = (HEADING.findall(cell.source) or [heading])[-1]
    return found


def write(folder: Path, stored: dict[str, NotebookNode]) -> list[str]:
    """Write a page for each article into a folder and return their names.

    Args:
        folder: made if it is missing.
        stored: the notebooks by the names of their files.
    """
    articles, rows = read(), defaultdict(list)
    titles = {entry.file: entry.title for entry in notebooks.index()}
    for file, notebook in stored.items():
        for number, heading, corrects, cited in places(notebook, articles):
            anchor = "" if number < 2 else f"#cell-{number}"
            label = titles[file] if number < 2 else f"{titles[file]}: {heading}"
            mark = "✗ " if corrects else ""
            for one in cited:
                rows[one].append(f'{mark}<a href="../notebooks/{file[:-6]}.html{anchor}">{label}</a>')
    folder.mkdir(parents=True, exist_ok=True)
    for article in articles:
        lines = [
            f"# Article {article.name}: {article.title}",
            "",
            "One of five Chinese articles on foundation models, passed on as text files without authors or dates. They "
            "are not part of this collection, and reading it does not need them.",
            "",
            "Each section, and where the notebooks follow it. ✗ marks a *Document check*: a place where the article is "
            "wrong, with the cell that shows it. All corrections in one list: [Errata](../ERRATA.md).",
            "",
            "| section | about | in the notebooks |",
            "|---|---|---|",
        ]
        for number, title in article.sections.items():
            parent = number.rpartition(".")[0]
            where = "<br>".join(dict.fromkeys(rows[article.name, number]))
            where = where or (f"with {parent}" if rows[article.name, parent] else "–")
            lines.append(f"| {number} | {title} | {where} |")
        (folder / f"{article.name}.md").write_text("\n".join(lines) + "\n", encoding="utf8")
    return [article.name for article in articles]
