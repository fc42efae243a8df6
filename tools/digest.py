"""The digest of the code that a measurement runs: a results file whose digest is not today's is stale.

python -m tools.digest        prints the digest of each measurement, and what it reaches

A measurement is a function in benchmarks/measurements.py. Its code is that function and all that it reaches by name:
the exported cells of lessons, and the functions, classes and constants of `utils` and `benchmarks`. Comments,
docstrings and layout are left out. So are the loaders of `utils.data`, as a results file names its data with their own
hash, and other packages, whose versions it names. The code is read, not run, so this needs no TensorFlow.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator

from tools import notebooks
from utils import lesson, results

# Data, how code is found, how TensorFlow is started, what is shown.
LEFT_OUT = {"utils.data", "utils.lesson", "utils.runtime", "utils.progress", "utils.plotting"}
Place = tuple[str, str]  # of a name: module ("utils.layers", "lesson:gan"), name


@functools.cache
def statements(module: str) -> dict[str, ast.stmt]:
    """Return the top-level statement that binds each name of a module, the last one if there are several."""
    if module.startswith("lesson:"):
        source = "\n".join(text for _, text in lesson.exports(lesson.find(module.removeprefix("lesson:"))))
    else:
        source = (notebooks.ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf8")
    return {name: statement for statement in ast.parse(source).body for name in bound(statement)}


def bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement binds."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield (alias.asname or alias.name).split(".")[0]
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for node in (node for target in targets for node in ast.walk(target)):
            if isinstance(node, ast.Name):
                yield node.id
    else:
        for inner in ast.iter_child_nodes(statement):
            if isinstance(inner, ast.stmt):
                yield from bound(inner)


def imported(module: str, name: str) -> Place | None:
    """Return what an import of ours binds: (module, "") or (module, name); None if another package is imported."""
    statement = statements(module)[name]
    if isinstance(statement, ast.ImportFrom) and statement.module.split(".")[0] in ("utils", "benchmarks"):
        original = next(alias.name for alias in statement.names if (alias.asname or alias.name) == name)
        inner = f"{statement.module}.{original}"
        is_module = (notebooks.ROOT / f"{inner.replace('.', '/')}.py").exists()
        return (inner, "") if is_module else (statement.module, original)
    return None


def assignments(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each (target, value) that is assigned in a statement, those of `a, b = c, d` one by one."""
    for node in ast.walk(statement):
        match node:
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                yield from zip(targets, values, strict=True)
            case ast.Assign([target], value):
                yield target, value


def loaded(node: ast.AST) -> str | None:
    """Return the module that an expression `lesson.load("gan")` stands for, "lesson:gan"; None for any other."""
    match node:
        case ast.Call(ast.Attribute(ast.Name("lesson"), "load"), [ast.Constant(name)]):
            return f"lesson:{lesson.find(name).stem[3:]}"
    return None


def references(module: str, statement: ast.stmt) -> Iterator[Place]:
    """Yield the places that a statement names.

    Raises:
        ValueError: if it loads a lesson in a way that is not followed here, so that nothing is left out of a digest.
    """
    names, nodes = statements(module), list(ast.walk(statement))
    given = [(target.id, value) for target, value in assignments(statement) if isinstance(target, ast.Name)]
    shared = {name: loaded(outer.value) for name, outer in names.items() if isinstance(outer, ast.Assign)}
    lessons = {name: place for name, place in shared.items() if place}  # gan = lesson.load("gan"), of the module
    lessons |= {name: loaded(value) for name, value in given if loaded(value)}  # and in the statement
    direct = [node for node in nodes if isinstance(node, ast.Attribute) and loaded(node.value)]
    followed = [value for _, value in given] + [node.value for node in direct]
    if any(loaded(node) and node not in followed for node in nodes):
        raise ValueError(
            f'Expected name = lesson.load("…") or lesson.load("…").NAME in {module}, received another form.'
        )
    yield from ((loaded(node.value), node.attr) for node in direct)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in lessons:
                yield lessons[node.value.id], node.attr
            elif node.value.id in names and (place := imported_or_none(module, node.value.id)) and not place[1]:
                yield place[0], node.attr
        elif isinstance(node, ast.Name) and node.id in names and node.id not in lessons:
            place = imported_or_none(module, node.id)
            if place is None:
                yield module, node.id
            elif place[1]:
                yield place


def imported_or_none(module: str, name: str) -> Place | None:
    """Return `imported(module, name)`, None if the name is not bound by an import."""
    is_import = isinstance(statements(module)[name], (ast.Import, ast.ImportFrom))
    return imported(module, name) if is_import else None


def reached(module: str, name: str) -> dict[Place, ast.stmt]:
    """Return every statement of ours that a name reaches, itself included."""
    found, waiting = {}, [(module, name)]
    while waiting:
        place = waiting.pop()
        if place in found or place[0] in LEFT_OUT or place[1] not in statements(place[0]):
            continue
        statement = statements(place[0])[place[1]]
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and imported(*place) is None:
            continue
        found[place] = statement
        waiting += references(place[0], statement)
    return found


def canonical(node: object) -> str:
    """Return a syntax tree as text that does not change with layout, comments, docstrings or Python's version."""
    if isinstance(node, list):
        return "[" + ",".join(map(canonical, node)) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = dict(ast.iter_fields(node))
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
        fields["body"] = node.body[1:]
    kept = {
        key: value
        for key, value in fields.items()
        if key not in ("ctx", "kind", "type_params") and value not in (None, [])
    }
    return f"{type(node).__name__}({','.join(f'{key}={canonical(value)}' for key, value in kept.items())})"


def digest(measurement: str) -> str:
    """Return the digest of the code of a measurement, 16 hexadecimal digits."""
    parts = reached("benchmarks.measurements", measurement)
    text = "\n".join(f"{place}: {canonical(parts[place])}" for place in sorted(parts))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stale() -> list[str]:
    """Return a line for each results file that was not made by today's code, with the command that mends it."""
    lines = []
    for path in sorted(results.FOLDER.glob("*.csv")):
        found = results.read(path.stem).attrs
        if found["digest"] != digest(path.stem):
            lines.append(f"{path.name} was measured with other code than today's; measure it again: {found['command']}")
    return lines


if __name__ == "__main__":
    for name in sorted(path.stem for path in results.FOLDER.glob("*.csv")):
        places = reached("benchmarks.measurements", name)
        print(name, digest(name), ", ".join(sorted(".".join(place) for place in places)))
