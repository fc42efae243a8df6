"""The claims of checks: each says one thing, and names the numbers that its check compares with.

So a bound that is moved no longer fits its claim, and of two conditions none can go without a word.
A bound is named as it is, as a percentage or in points (0.02: two points), as what is left of one or added to it
(0.7: saves 30%), or in a word (half, tenfold). Zero and one need no name, and `expect_close` prints its tolerance.
Conditions and numbers that the cell gave a name are looked up. Not seen are numbers in what was computed before, in the
arguments of functions, and in powers.
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


def bounds(condition: ast.expr, values: dict[str, ast.expr] | None = None) -> list[tuple[float, bool]]:
    """Return the numbers of a condition's sides (of < and >, not of ==), without signs, but for zero and one.

    With each, whether it is a part of a sum; `values` has what the cell assigned to names.

    >>> bounds(ast.parse("-0.1 < slope and (parts > 0.8 * others + 0.3).sum() >= 5").body[0].value)
    [(5, False), (0.1, False), (0.3, True), (0.8, False)]
    """
    values = values or {}
    trees = [condition, *(values[node.id] for node in ast.walk(condition) if getattr(node, "id", "") in values)]
    compared = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    ordered = [node for node in compared if not any(isinstance(sign, (ast.Eq, ast.NotEq)) for sign in node.ops)]
    parts = [(side, False) for node in ordered for side in (node.left, *node.comparators)]
    found = []
    for part, summed in parts:  # grows by the parts of sums and products
        match part:
            case ast.Name(name) if isinstance(values.get(name), ast.Constant):
                parts.append((values[name], summed))
            case ast.BinOp(left, (ast.Add() | ast.Sub()), right):
                parts += [(left, True), (right, True)]
            case ast.BinOp(left, (ast.Mult() | ast.Div()), right):
                parts += [(left, False), (right, False)]
            case ast.UnaryOp(_, operand):
                parts.append((operand, summed))
            case ast.Constant(float() | int() as value) if value not in (0, 1):
                found.append((value, summed))
    return list(dict.fromkeys(found))


def problems(notebook: NotebookNode) -> list[str]:
    """Return a line for each claim that says two things, and for each that does not name a bound of its check."""
    lines = []
    for cell in notebooks.code_cells(notebook):
        tree = ast.parse(cell.source)
        assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        for call, claim in checks(tree):
            if name_of(call) == "expect_close":
                continue
            if len(call.args) != 2 or not claim:
                lines.append(f"{ast.unparse(call)}: write condition and claim in the call, without keywords")
                continue
            before = sorted((node for node in assignments if node.lineno < call.lineno), key=lambda node: node.lineno)
            values = {ast.unparse(target): node.value for node in before for target in node.targets}
            condition = values.get(ast.unparse(call.args[0]), call.args[0])
            if any(isinstance(node, ast.BoolOp) for node in ast.walk(condition)):
                lines.append(f"✓ {claim}: one claim, one condition; make two checks of it, or use `when`")
            for bound, summed in bounds(condition, values):
                forms = np.array([bound] if summed else [bound, 1 / bound, abs(1 - bound)][: 3 if bound < 2 else 2])
                if not np.any(np.isclose(named(claim)[:, None], forms, rtol=1e-9, atol=0.0)):
                    lines.append(f"✓ {claim}: does not name its bound, {bound:g}")
    return lines
