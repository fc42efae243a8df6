"""Exported cells are closed: they use imports, other exports and their arguments, and no variable of the run."""

import ast
import builtins
import dis
import types
from collections.abc import Iterator
from pathlib import Path

from tools import digest, notebooks
from utils import lesson

IMPLICIT = {f"__{name}__" for name in "name qualname module class doc annotations static_attributes".split()}


def free_names(code: types.CodeType) -> Iterator[str]:
    """Yield the names that a compiled cell looks up as globals, also in its functions and classes."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            own = {i.argval for i in dis.get_instructions(constant) if i.opname == "STORE_NAME"}
            yield from (name for name in free_names(constant) if name not in own)


def problems(path: Path) -> list[str]:
    """Return what keeps the exported cells of a notebook from being a module, a line each."""
    cells, defined, found = lesson.exports(path), set(), []
    for _, source in cells:
        defined |= {name for statement in ast.parse(source).body for name in digest.bound(statement)}
    known = defined | set(dir(builtins)) | IMPLICIT
    for number, source in cells:
        tree = ast.parse(source)
        for statement in tree.body:
            if isinstance(statement, (ast.Expr, ast.For, ast.While, ast.With, ast.If)):
                found.append(f"[{number}] runs something: {ast.unparse(statement).splitlines()[0]}")
        names = set(free_names(compile(source, path.name, "exec")))
        found += [f"[{number}] uses {name!r}, which no exported cell defines" for name in sorted(names - known)]
    exported = {number for number, _ in cells}
    for number, cell in enumerate(notebooks.code_cells(notebooks.read(path)), 1):
        if number not in exported:
            code = compile(cell.source, path.name, "exec")
            stored = {i.argval for i in dis.get_instructions(code) if i.opname == "STORE_NAME"}
            found += [f"[{number}] binds the exported name {name!r} again" for name in sorted(stored & defined)]
    return [f"{path.name} {line}" for line in found]
