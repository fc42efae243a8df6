"""The numbers in the text of a notebook: each is printed or computed near it, or stated as a definition or a citation.

python -m tools.prose [NB ...]     prints those without, how many there are, and which share of wrong ones is noticed

A number in a text has to occur, rounded as it is there, among the numbers of the code and the outputs of its section,
or of the whole notebook for the title, the summary and the exercises; otherwise the cell's metadata lists it.
So has a number in the claim of a check: in the code of its cell, as it is, as a part (2 points: 0.02) or as what is
left of or added to one (saves 30%: 0.7). A bound that is moved then usually no longer fits its claim. Formulas, code,
years (1500 to 2099, without a comma), sections of articles, names such as GPT-2 and further reading are left out.
"""

import ast
import re
import sys
from dataclasses import dataclass, replace

import numpy as np
from nbformat import NotebookNode

from tools import notebooks
from tools.syntax import checks

LEFT_OUT = [
    re.compile(pattern, re.DOTALL | re.MULTILINE)
    for pattern in (
        r"```.*?```|`[^`]*`",
        r"\$\$.*?\$\$|\$[^$]*\$",
        r"(?<=\])\([^)]*\)|<[^>]+>",
        r"§[\d.–§ ]+\d|(?<![\d,.])00[0-4](?!,?\d)",  # sections, and the articles
        r"^\s*\d+\. ",  # of a list
        r"(?<![\d,.])(?:1[5-9]|20)\d\d\b(?![,.]\d)",  # years
    )
]
NUMBER = re.compile(r"(?<![\w.\-^_])[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+−]?\d+)?(?:\s?%)?(?!\w)")
WRITTEN = re.compile(r"(?<![\w.])\d[\d,_]*(?:\.\d+)?(?:e[-+]?\d+)?")
TAG = re.compile(r"<[^>]*>")
SECTION = re.compile(r"^(?=## )", re.MULTILINE)
ANYWHERE = re.compile(r"# |## (?:Summary|Exercises)$")
CHANGES = (0.8, 0.95, 1.05, 1.2)


@dataclass(frozen=True)
class Number:
    """A number in a text: as written, its size, its decimals, whether it is a percentage."""

    text: str
    value: float
    decimals: int
    percent: bool

    @classmethod
    def read(cls, text: str) -> "Number":
        """Return the number that a text such as "−1,024.5" or "98 %" stands for."""
        digits = text.strip("+-−% ").replace(",", "").replace("−", "-")
        mantissa, _, exponent = digits.partition("e")
        decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
        return cls(text.strip(), float(digits), decimals, text.endswith("%"))

    def occurs(self, numbers: np.ndarray) -> bool:
        """Return whether the number is one of an array's, rounded; signs do not count."""
        scaled = np.concatenate([numbers, 100 * numbers]) if self.percent else numbers
        return bool(np.any(np.abs(scaled - self.value) <= 0.5000001 * 10.0**-self.decimals))

    def changed(self, factor: float) -> "Number":
        """Return the number times a factor, at least one unit of its last digit away."""
        value = round(self.value * factor, self.decimals)
        if value == self.value:
            value += np.sign(factor - 1) * 10.0**-self.decimals
        return replace(self, value=abs(value))


def numbers_of(text: str) -> list[Number]:
    """Return the numbers in a text of Markdown.

    >>> [number.text for number in numbers_of("In 1998, §4.2: 3 of 1,000 read `7` at $5$ (99.5%), GPT-2 too.")]
    ['3', '1,000', '99.5%']
    """
    for pattern in LEFT_OUT:
        text = pattern.sub(" ", text)
    return [Number.read(found[0]) for found in NUMBER.finditer(text)]


def evidence(cells: list[NotebookNode]) -> np.ndarray:
    """Return the numbers in the code and the outputs of cells."""
    texts = [cell.source for cell in cells]
    for output in (output for cell in cells for output in cell.outputs):
        data = output.get("data", {})
        texts += [
            output.get("text", ""),
            data.get("text/plain", ""),
            TAG.sub(" ", data.get("text/html", "")),
        ]
    found = [written.replace(",", "").replace("_", "") for text in texts for written in WRITTEN.findall(text)]
    return np.array([float(number) for number in found])


def sections(notebook: NotebookNode) -> list[list[tuple[NotebookNode, str]]]:
    """Return the sections as lists of (cell, its text in this section); a cell may end one and begin the next."""
    found: list[list[tuple[NotebookNode, str]]] = [[]]
    for cell in notebook.cells:
        first, *others = [cell.source] if cell.cell_type == "code" else SECTION.split(cell.source)
        found[-1].append((cell, first))
        found += [[(cell, text)] for text in others]
    return found


def checked(notebook: NotebookNode) -> list[tuple[str, NotebookNode, Number, np.ndarray]]:
    """Return (heading, cell, number, evidence) of every number in the text."""
    whole, found = evidence(notebooks.code_cells(notebook)), []
    for section in sections(notebook):
        heading = next((text for cell, text in section if cell.cell_type == "markdown" and text), "").split("\n")[0]
        if heading == "## Further reading":
            continue
        near = evidence([cell for cell, _ in section if cell.cell_type == "code"])
        pool = whole if ANYWHERE.match(heading) else near
        for cell, text in section:
            if cell.cell_type == "markdown":
                found += [(heading, cell, number, pool) for number in numbers_of(text)]
    return found


def claimed(notebook: NotebookNode) -> list[tuple[str, NotebookNode, Number, np.ndarray]]:
    """Return (claim, cell, number, evidence) of every number in the claims of checks; the evidence is in the code."""
    found = []
    for cell in notebooks.code_cells(notebook):
        tree = ast.parse(cell.source)
        constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        code = np.array([abs(value) for value in constants if type(value) in (int, float)] or [np.nan])
        parts = code[~np.isin(code, (0, 1, 2))]
        pool = np.concatenate([code, 100 * parts, 100 * abs(1 - parts)])
        for _, claim in checks(tree):
            exact = (replace(number, decimals=12) for number in numbers_of(claim))
            found += [(f"✓ {claim}", cell, number, pool) for number in exact]
    return found


def problems(notebook: NotebookNode) -> list[str]:
    """Return a line for each number that occurs nowhere and is not stated, and for each stated one that occurs."""
    lines, needed = [], set()
    for heading, cell, number, pool in [*checked(notebook), *claimed(notebook)]:
        if number.occurs(pool):
            continue
        needed.add((cell.id, number.text))
        if number.text not in cell.metadata.get("stated", []):
            lines.append(
                f"{heading}: {number.text} is nowhere in the code and the outputs of this section (for a claim: in the "
                f"code of its cell). Print it; or, if it is a definition, a citation or follows from others, list it "
                f'as "stated" in the metadata of {cell.id}'
            )
    stated = ((cell.id, text) for cell in notebook.cells for text in cell.metadata.get("stated", []))
    lines += [f'{cell}: {text} need not be "stated"' for cell, text in stated if (cell, text) not in needed]
    return list(dict.fromkeys(lines))


def noticed(notebook: NotebookNode) -> list[tuple[bool, bool]]:
    """Return for each number and each of four changes (has it two digits or more, is the change noticed)."""
    return [
        (number.value >= 10 or number.decimals > 0, not number.changed(factor).occurs(pool))
        for _, _, number, pool in checked(notebook)
        for factor in CHANGES
    ]


def described(changes: list[tuple[bool, bool]]) -> str:
    """Return in words which share of changes is noticed."""
    words = []
    for digits, kind in ((True, "two digits or more"), (False, "one digit")):
        group = [found for is_long, found in changes if is_long == digits]
        words.append(
            f"{len(group) // len(CHANGES)} numbers of {kind}: {np.mean(group or [np.nan]):.2f} of changes noticed"
        )
    return "; ".join(words)


def main() -> None:
    """Run the command line described above."""
    every: list[tuple[bool, bool]] = []
    for path in notebooks.paths(*sys.argv[1:]):
        notebook = notebooks.read(path)
        print(*(f"{path.stem}: {line}\n" for line in problems(notebook)), sep="", end="")
        changes = noticed(notebook)
        print(f"{path.stem}: {described(changes)}")
        every += changes
    print(f"all: {described(every)}")


if __name__ == "__main__":
    main()
