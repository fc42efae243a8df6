"""Python code with the place of each node of its syntax tree, and a piece of it replaced by another one."""

import ast
import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A piece of a source's text, from `start` to `end` in characters, and what stands there instead."""

    kind: str
    start: int
    end: int
    before: str
    after: str

    def apply(self, source: str) -> str:
        """Return the source with the fault.

        Raises:
            ValueError: if the source is another one by now.
        """
        if source[self.start : self.end] != self.before:
            raise ValueError(f"Expected {self.before!r} at {self.start}, received {source[self.start : self.end]!r}.")
        return source[: self.start] + self.after + source[self.end :]


class Source:
    """A text with its syntax tree: where each node lies, in characters."""

    def __init__(self, text: str):
        self.text = text
        self.lines = text.split("\n")
        self.starts = [0, *itertools.accumulate(len(line) + 1 for line in self.lines)]
        self.tree = ast.parse(text)
        self.names = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def place(self, line: int, column: int) -> int:
        """Return the number of characters before a line (from 1) and a column in bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node starts and ends."""
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return self.text[slice(*self.span(node))]

    def whole(self, node: ast.AST) -> str:
        """Return the text of a node, in parentheses if it is made of several with operators between them."""
        text = self.of(node)
        return f"({text})" if isinstance(node, (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp)) else text

    def replaced(self, kind: str, node: ast.AST, after: str) -> Mutant:
        """Return the mutant that has another text in the place of a node."""
        return Mutant(kind, *self.span(node), self.of(node), after)

    def operator(self, kind: str, left: ast.AST, right: ast.AST, before: str, after: str) -> Mutant:
        """Return the mutant that has another operator between two nodes."""
        gap = self.span(left)[1]
        start = self.text.index(before, gap, self.span(right)[0])
        return Mutant(kind, start, start + len(before), before, after)


def name_of(node: ast.AST) -> str:
    """Return the last part of a called name: "relu" for tf.nn.relu(x)."""
    function = getattr(node, "func", None)
    return getattr(function, "attr", getattr(function, "id", ""))


def checks(tree: ast.AST) -> list[tuple[ast.Call, str]]:
    """Return the calls of `expect` and `expect_close` in a syntax tree, each with the fixed words of its claim.

    >>> [claim for _, claim in checks(ast.parse("expect(x < 2, f'{name}: below 2')"))]
    [': below 2']
    """
    found = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name_of(call) in ("expect", "expect_close"):
            parts = [part.value for argument in call.args[-1:] for part in ast.walk(argument) if hasattr(part, "value")]
            found.append((call, " ".join(part for part in parts if isinstance(part, str))))
    return found
