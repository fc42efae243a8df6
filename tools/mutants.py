"""Mutants: small faults planted in Python code, each a piece of its text replaced by another one. Pure functions.

The operators are those of mutation testing (DeMillo, Lipton and Sayward, 1978), and those that lessons on neural
networks need: masks, axes, splits of the data, activations, stopped gradients, seeds, weakened checks.
"""

import ast
import functools
import itertools
import re
from collections.abc import Iterator

from tools.syntax import Mutant, Source, name_of

OPERATORS = {
    ast.Add: "+-",
    ast.Sub: "-+",
    ast.Mult: "*/",
    ast.Div: "/*",
    ast.Pow: ("**", "*"),
    ast.FloorDiv: ("//", "%"),
}
COMPARISONS = {
    ast.Lt: ("<", ["<=", ">"]),
    ast.LtE: ("<=", ["<", ">"]),
    ast.Gt: (">", [">=", "<"]),
    ast.GtE: (">=", [">", "<"]),
    ast.Eq: ("==", ["!="]),
    ast.NotEq: ("!=", ["=="]),
}
ACTIVATIONS = {"relu", "gelu", "silu", "tanh", "sigmoid", "softmax", "log_softmax", "leaky_relu"}
SEEDED = {"default_rng", "set_random_seed", "seed", "PRNGKey", "SeedGenerator"}
SPLITS = {"train": ["test", "validation"], "test": ["train", "validation"], "validation": ["train", "test"]}
ROLL = "tf.roll({}, 1, -1)"


def numbers(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Change numbers by 5% and 20%, whole ones by at least one; seeds by one."""
    if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
        return
    parent = source.parents[node]
    where = source.parents[parent] if isinstance(parent, ast.UnaryOp) else parent
    call = source.parents.get(parent, parent) if isinstance(parent, ast.keyword) else parent
    if getattr(parent, "arg", "") == "seed" or name_of(call) in SEEDED:
        yield source.replaced("seed", node, str(node.value + 1))
    elif not isinstance(where, (ast.Slice, ast.Subscript)) and getattr(where, "arg", "") != "axis":
        for factor in (0.8, 0.95, 1.05, 1.2):
            value = node.value * factor
            if value == 0.0 and isinstance(node.value, float):
                continue  # the same number
            if isinstance(node.value, int):
                value = round(value) if round(value) != node.value else node.value + (1 if factor > 1 else -1)
            yield source.replaced("number", node, f"{value:.6g}" if isinstance(value, float) else str(value))


def operators(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Swap operators and comparisons; the operands of a matrix product."""
    match node:
        case ast.BinOp(left, ast.MatMult(), right):
            yield source.replaced("operator", node, f"({source.of(right)}) @ ({source.of(left)})")
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
            yield source.operator("operator", left, right, *OPERATORS[type(operator)])
        case ast.Compare(left, [comparison], [right]) if type(comparison) in COMPARISONS:
            before, others = COMPARISONS[type(comparison)]
            for after in others:
                yield source.operator("comparison", left, right, before, after)


def arguments(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Swap two neighboring arguments."""
    positional = [] if not isinstance(node, ast.Call) else node.args
    for a, b in itertools.pairwise(positional):
        if source.of(a) != source.of(b) and not any(isinstance(x, (ast.Starred, ast.GeneratorExp)) for x in (a, b)):
            between = source.text[source.span(a)[1] : source.span(b)[0]]
            start, end = source.span(a)[0], source.span(b)[1]
            yield Mutant("arguments", start, end, source.text[start:end], source.of(b) + between + source.of(a))


def statements(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Drop a statement that binds no new name: a call, an assignment to an element or to a bound name."""
    for body in (getattr(node, field, None) for field in ("body", "orelse")):
        bound: set[str] = set()
        for statement in body if isinstance(body, list) else []:
            match statement:
                case ast.Expr(ast.Constant(str())):
                    continue
                case ast.Expr() | ast.AugAssign() | ast.Assign([ast.Subscript() | ast.Attribute()]):
                    drops = True
                case ast.Assign([ast.Name(name)]):
                    drops = name in bound
                    bound.add(name)
                case _:
                    drops = False
            if drops:
                yield source.replaced("statement", statement, "pass")


def negations(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Drop a minus, a `not`, an activation, a stopped gradient; turn a true argument false."""
    match node:
        case ast.UnaryOp(ast.USub() | ast.Not() | ast.Invert(), operand):
            if not isinstance(source.parents[node], (ast.Subscript, ast.Slice, ast.keyword)):
                yield source.replaced("negation", node, source.whole(operand))
        case ast.Call(_, [first, *_]) if name_of(node) in ACTIVATIONS:
            yield source.replaced("activation", node, source.whole(first))
        case ast.Constant(str(name)) if name in ACTIVATIONS and isinstance(
            source.parents[node], (ast.Call, ast.keyword)
        ):
            yield source.replaced("activation", node, "None")
        case ast.Call(_, [inner]) if name_of(node) == "stop_gradient":
            yield source.replaced("gradient", node, source.whole(inner))
        case ast.keyword(str(name), ast.Constant(bool(value))) if name != "strict":  # of zip: it only guards
            yield source.replaced("flag", node.value, str(not value))


def axes(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Take another axis, a slice or an element off by one."""
    match node:
        case ast.keyword("axis", ast.Constant(int(value))):
            yield source.replaced("axis", node.value, "1" if value == 0 else "0")
        case ast.keyword("axis", ast.UnaryOp(ast.USub(), ast.Constant(int()))):
            yield source.replaced("axis", node.value, "0")
        case ast.Slice(lower, upper):
            if isinstance(lower, ast.Constant) and isinstance(lower.value, int):
                yield source.replaced("slice", lower, str(lower.value + 1))
            if isinstance(upper, ast.Constant) and isinstance(upper.value, int):
                yield source.replaced("slice", upper, str(upper.value - 1))
            if isinstance(upper, ast.UnaryOp) and isinstance(upper.operand, ast.Constant):
                yield source.replaced("slice", upper, f"-{upper.operand.value + 1}")
        case ast.Subscript(_, ast.Constant(int(value))):
            yield source.replaced("slice", node.slice, str(value + 1))
        case ast.Subscript(_, ast.UnaryOp(ast.USub(), ast.Constant(int(value)))):
            yield source.replaced("slice", node.slice, f"-{value + 1}")


def masks(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Transpose or shift a mask."""
    match node:
        case ast.Call(_, [first]) if name_of(node) in ("tril", "triu"):
            yield source.replaced("mask", node, f"{source.of(node.func)}({source.of(first)}, -1)")
            yield source.replaced("mask", node, f"{source.of(node)}.T")
        case ast.Name(name, ast.Load()) if "mask" in name.lower() and not isinstance(
            source.parents[node], ast.Attribute
        ):
            if name_of(source.parents[node]) != name:
                yield source.replaced("mask", node, ROLL.format(name))


def splits(source: Source, node: ast.AST, names: frozenset[str]) -> Iterator[Mutant]:
    """Take the array of another split of the data, if there is one of that name."""
    match node:
        case ast.Name(name, ast.Load()):
            for word, others in SPLITS.items():
                for other in others:
                    if (
                        instead := re.sub(rf"(?<![a-z]){word}(ing)?(?![a-z])", other, name)
                    ) != name and instead in names:
                        yield source.replaced("split", node, instead)


def checks(source: Source, node: ast.AST) -> Iterator[Mutant]:
    """Weaken a check: a bound by 20%, a tolerance tenfold, one of two conditions dropped."""
    match node:
        case ast.Call(_, [condition, *_]) if name_of(node) == "expect":
            for inner in ast.walk(condition):
                match inner:
                    case ast.Compare(_, [ast.Lt() | ast.LtE()], [ast.Constant(float() | int()) as bound]):
                        yield source.replaced("check", bound, f"{bound.value * 1.2:.6g}")
                    case ast.Compare(_, [ast.Gt() | ast.GtE()], [ast.Constant(float() | int()) as bound]):
                        yield source.replaced("check", bound, f"{bound.value * 0.8:.6g}")
                    case ast.BoolOp(ast.And(), values):
                        for kept in values:
                            yield source.replaced("check", inner, source.of(kept))
        case ast.Call() if name_of(node) == "expect_close":
            for keyword in node.keywords:
                if isinstance(keyword.value, ast.Constant) and keyword.arg in ("rtol", "atol"):
                    yield source.replaced("check", keyword.value, f"{keyword.value.value * 10:.6g}")


def mutants(text: str, names: frozenset[str] = frozenset()) -> list[Mutant]:
    """Return every mutant of a source that is valid Python and another program.

    Args:
        text: Python code.
        names: the names that are bound around it, such as those of the whole notebook.
    """
    source = Source(text)
    plain = ast.dump(source.tree)
    kinds = [numbers, operators, arguments, statements, negations, axes, masks, checks]
    kinds.append(functools.partial(splits, names=names | source.names))
    found = [mutant for node in ast.walk(source.tree) for kind in kinds for mutant in kind(source, node)]
    return [mutant for mutant in dict.fromkeys(found) if is_other(mutant.apply(text), plain)]


def is_other(text: str, plain: str) -> bool:
    """Return whether a text is valid Python with another tree than the dumped one."""
    try:
        return ast.dump(ast.parse(text)) != plain
    except SyntaxError:
        return False
