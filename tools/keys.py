"""The keys to the exercises: exercises/keys/NAME.py holds for each exercise the right answer and wrong ones.

From them `make render` writes utils/seals.toml, by which `checks.sealed` knows answers that no cell should show.

A key is a file of cells. `# %% 2 right` begins the right answer of exercise 2, `# %% 2 wrong: <text>` a wrong one; the
message of the exercise has to contain the text.
"""

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from tools import notebooks
from utils import checks

FOLDER = notebooks.ROOT / "exercises" / "keys"
SEALS = notebooks.ROOT / "utils" / "seals.toml"
HEAD = re.compile(r"^# %% (\d) (?:(right)|wrong: (.+))\n", re.MULTILINE)
EXERCISE = re.compile(r'checks\.exercise\(\s*"Exercise (\d)", (\w+),')
SEALED = re.compile(r'checks\.sealed\("([\d.]+)"\)')


@dataclass(frozen=True)
class Answer:
    """An answer to an exercise: its number, its code, and what the message says of it, "" for a right one."""

    number: int
    code: str
    wrong: str


def read(name: str) -> list[Answer]:
    """Return the answers of the key to a notebook, named without its number; none if it has no key."""
    path = FOLDER / f"{name}.py"
    if not path.exists():
        return []
    _, *parts = HEAD.split(path.read_text(encoding="utf8"))
    return [
        Answer(int(number), code.strip(), wrong or "")
        for number, _, wrong, code in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=True)
    ]


def exercises(notebook: NotebookNode) -> dict[int, NotebookNode]:
    """Return the cells of a notebook's exercises, by number."""
    found = {cell.id: (EXERCISE.search(cell.source), cell) for cell in notebooks.code_cells(notebook)}
    return {int(match[1]): cell for match, cell in found.values() if match}


def answered(cell: NotebookNode, answer: Answer) -> str:
    """Return the code of an exercise's cell with an answer in the place of `...`.

    Raises:
        ValueError: if the cell has no line with `...` for the name that it checks.
    """
    name = EXERCISE.search(cell.source)[2]
    code, count = re.subn(rf"^{name} = \.\.\..*$", lambda _: answer.code, cell.source, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"Expected one line {name} = ... in the cell of exercise {answer.number}, received {count}.")
    return code


def value(answer: Answer) -> str | float:
    """Return the value of a sealed answer: a letter or a word, or a number that its last line computes."""
    return eval(compile(ast.Expression(ast.parse(answer.code).body[-1].value), "<key>", "eval"), {})


def seals() -> str:
    """Return what utils/seals.toml has to contain."""
    lines = [
        "# Written by `make render` from exercises/keys: seals of right answers, and what is wrong with wrong ones."
    ]
    for path in notebooks.paths():
        for number, cell in exercises(notebooks.read(path)).items():
            for question in SEALED.findall(cell.source):
                lines.append(f'\n["{question}"]')
                for answer in read(path.stem[3:]):
                    if answer.number == number:
                        lines.append(f'{checks.seal(question, value(answer))} = "{answer.wrong}"')
    return "\n".join(lines) + "\n"
