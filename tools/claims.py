"""The claims of checks: each says one thing, and names the numbers that its check compares with.

So a bound that is moved no longer fits its claim, and of two conditions none can go without a word.
A bound is named as it is, as a percentage or in points (0.02: two points), as what is left of one or added to it
(0.7: saves 30%), or in a word (half, tenfold). Zero and one need no name, and `expect_close` prints its tolerance.
A condition that the cell gave a name is looked up. Not seen are numbers in the arguments of a condition's functions.
"""

import ast

import numpy as np
from nbformat import NotebookNode

from tools import notebooks, prose
from tools.syntax import checks, name_of

COUNTED = "one two three four five six seven eight nine ten eleven twelve thirteen".split()
PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "tenth": 10,
    "twentieth": 20,
    "hundredth": 100,
    "thousandth": 1_000,
    "millionth": 1_000_000,
    "billionth": 1_000_000_000,
}
WORDS = {word: float(number) for number, word in enumerate(COUNTED, start=1)}
WORDS |= {word: 1 / number for word, number in PARTS.items()}
WORDS |= {"twice": 2.0, "tenfold": 10.0, "hundred": 100.0, "hundredfold": 100.0}


def named(claim: str) -> np.ndarray:
    """Return the numbers that a claim names, in digits or in words, and what they are as percentages or in points.

    >>> named("more than half of them gain over 2%").tolist()
    [2.0, 0.02, 0.5]
    """
    digits = [number.value for number in prose.numbers_of(claim)]
    words = [WORDS[word] for word in (word.strip(",.;:()") for word in claim.split()) if word in WORDS]
    parts = [*digits, *(words if "point" in claim else [])]
    return np.array([*digits, *(part / 100 for part in parts), *words])


def bounds(condition: ast.expr) -> list[float]:
    """Return the numbers of a condition's sides (of < and >, not of ==), without signs, but for zero and one.

    >>> bounds(ast.parse("-0.1 < slope and (parts > 0.8 * others + 0.3).sum() >= 5").body[0].value)
    [5, 0.1, 0.3, 0.8]
    """
    compared = [node for node in ast.walk(condition) if isinstance(node, ast.Compare)]
    ordered = [node for node in compared if not any(isinstance(sign, (ast.Eq, ast.NotEq)) for sign in node.ops)]
    parts = [side for node in ordered for side in (node.left, *node.comparators)]
    values = []
    for part in parts:  # grows by the parts of sums and products
        if isinstance(part, ast.BinOp):
            parts += [part.left, part.right]
        elif isinstance(part, ast.UnaryOp):
            parts.append(part.operand)
        elif isinstance(part, ast.Constant):
            values.append(part.value)
    return [value for value in values if type(value) in (int, float) and value not in (0, 1)]


def problems(notebook: NotebookNode) -> list[str]:
    """Return a line for each claim that says two things, and for each that does not name a bound of its check."""
    lines = []
    for cell in notebooks.code_cells(notebook):
        tree = ast.parse(cell.source)
        assigned = {ast.unparse(n.targets[0]): n.value for n in ast.walk(tree) if isinstance(n, ast.Assign)}
        for call, claim in checks(tree):
            if name_of(call) == "expect_close":
                continue
            if len(call.args) != 2 or not claim:
                lines.append(f"{ast.unparse(call)}: write condition and claim in the call, without keywords")
                continue
            condition = assigned.get(ast.unparse(call.args[0]), call.args[0])
            if any(isinstance(node, ast.BoolOp) for node in ast.walk(condition)):
                lines.append(f"✓ {claim}: one claim, one condition; make two checks of it, or use `when`")
            for bound in bounds(condition):
                forms = np.array([bound, 1 / bound, abs(1 - bound)][: 3 if bound < 2 else 2])
                if not np.any(np.isclose(named(claim)[:, None], forms, rtol=1e-9, atol=0.0)):
                    lines.append(f"✓ {claim}: does not name its bound, {bound:g}")
    return lines
