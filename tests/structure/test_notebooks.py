"""What can be said about the notebooks without running them: form, parts, cells, names, exports, links."""

import ast
import re

import numpy as np
import pytest

from tools import claims, colab, compare, exports, keys, normalize, notebooks, prose, render, slides
from tools.syntax import checks

PATHS = notebooks.paths()
PARTS = ("**What you will learn.**", "**What you need.**", "**Articles it follows.**", "## Setup", "## Summary")
PARTS = (*PARTS, "## Exercises", "## Further reading", "**Next:**")
FILLER = re.compile(r"\b(?:just|simply|obviously|trivially|of course)\b", re.IGNORECASE)
MODULES = sorted(path.stem for path in (notebooks.ROOT / "utils").glob("[a-z]*.py"))
# Loaders need only one notebook; the other modules serve `data`, or the notebooks through `data` and `lesson`.
SERVING = {"data", "data_sets", "fetch", "readers", "standins", "lesson"}
MEGABYTES = 2_000  # peak memory of a notebook


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    found = notebooks.read(path)
    colab.place(found, "")  # its cell is the same in all, and written by `make render`
    return found


def code_of(notebook):
    return [cell.source for cell in notebooks.code_cells(notebook)]


def calls(notebook):
    """Return (name of the function or method, keywords as text, text) of every call."""
    nodes = [node for node in ast.walk(ast.parse(notebooks.code(notebook))) if isinstance(node, ast.Call)]
    return [
        (
            node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func),
            {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords},
            ast.unparse(node),
        )
        for node in nodes
    ]


# The form in git, and what is derived


def test_normal_form(path):
    assert normalize.problems(path) == []


def test_files_are_as_rendered():
    different = [
        path.relative_to(notebooks.ROOT)
        for path, text in render.files().items()
        if not path.exists() or path.read_text(encoding="utf8") != text
    ]
    assert not different, f"not as `make render` writes them: {', '.join(map(str, different))}"


def test_numbers_follow_the_index():
    assert [path.name for path in PATHS] == [entry.file for entry in notebooks.index()]


def test_costs_are_within_the_budget(notebook, path):
    budget = next(entry.seconds for entry in notebooks.index() if entry.file == path.name)
    cost = notebook.metadata.course.cost
    assert cost.seconds <= budget
    assert cost.megabytes <= MEGABYTES


# Parts and prose


def test_parts_in_order(notebook):
    prose = notebooks.prose(notebook)
    assert notebook.cells[0].source.startswith("# ")
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
    places = [prose.find(part) for part in PARTS]
    assert -1 not in places, f"missing: {PARTS[places.index(-1)]}"
    assert places == sorted(places)
    assert "**Predict:**" in prose
    assert "## Break it" in prose
    assert len(render.COST.findall(notebook.cells[0].source)) == 1
    assert render.NEXT.search(notebook.cells[-1].source)


def test_links_lead_to_files(notebook):
    for link in re.findall(r"\]\(([^)#]+)", notebooks.prose(notebook)):
        assert link.startswith("https://") or (notebooks.FOLDER / link).exists(), link


def test_prose_names_notebooks_not_numbers(notebook):
    assert not re.findall(r"\b[Nn]otebooks? \d", notebooks.prose(notebook))


def test_prose_and_code_in_small_pieces(notebook):
    lengths = [sum(bool(line.strip()) for line in source.splitlines()) for source in code_of(notebook)]
    assert np.median(lengths) <= 8
    assert np.quantile(lengths, 0.9) <= 15
    assert max(lengths) <= 25
    assert len(notebook.cells) <= 170
    assert 4 <= len(notebooks.prose(notebook).split()) / sum(lengths) <= 15
    kinds = "".join(cell.cell_type[0] for cell in notebook.cells)
    assert "cccc" not in kinds, "four code cells in a row"
    assert not FILLER.findall(notebooks.prose(notebook))


# Code


def test_exports_are_closed(path):
    assert exports.problems(path) == []


def test_trainings_and_evaluations_of_exports_have_one_form(notebook):
    functions = [
        node
        for cell in notebooks.code_cells(notebook)
        if "export" in cell.metadata.get("tags", [])
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef)
    ]
    for function in functions:
        if function.name.startswith("train_"):
            keywords = [argument.arg for argument in function.args.kwonlyargs]
            assert "seed" in keywords, f"{function.name}: seed is a keyword"
            assert function.args.kw_defaults[keywords.index("seed")] is None, f"{function.name}: seed has no default"
            assert "set_random_seed(seed)" in ast.unparse(function) or "seed=seed" in ast.unparse(function)
        if function.name.startswith("evaluate_"):
            assert re.search(r"return (evaluation\.|once|five|found)", ast.unparse(function)), function.name


def test_enough_checks_and_exercises(notebook):
    names = [name for name, _, _ in calls(notebook)]
    assert names.count("expect") + names.count("expect_close") >= 8
    assert 3 <= names.count("exercise") <= 6


def test_each_exercise_has_a_key(notebook, path):
    of_name = keys.read(path.stem[3:])
    for number, cell in keys.exercises(notebook).items():
        answers = [answer for answer in of_name if answer.number == number]
        assert [answer.wrong == "" for answer in answers].count(True) == 1, f"exercise {number}: one right answer"
        assert len(answers) >= 3, f"exercise {number}: two wrong answers"
        for answer in answers:
            ast.parse(keys.answered(cell, answer))
    assert {answer.number for answer in of_name} == set(keys.exercises(notebook))


def test_exercises_ask_for_an_experiment_and_an_explanation(notebook, path):
    kinds = dict(re.findall(r"^\*\*(\d) \((\w+)\)\.\*\* ", notebooks.prose(notebook), re.MULTILINE))
    assert {int(number) for number in kinds} == set(keys.exercises(notebook))
    assert "experiment" in kinds.values()
    explained = [number for number, kind in kinds.items() if kind == "explain"]
    assert explained
    for answer in keys.read(path.stem[3:]):
        if str(answer.number) in explained and not answer.wrong:
            assert answer.code.startswith("# "), f"exercise {answer.number}: a model answer"


def test_every_training_is_compiled_and_its_bars_are_ours(notebook):
    code = notebooks.code(notebook)
    of_scikit_learn = set(re.findall(r"(\w+) = (?:feature_extraction|linear_model)\.", code))
    for name, keywords, text in calls(notebook):
        if name == "compile":
            assert keywords.get("jit_compile") == "True", text
        if name in ("fit", "evaluate", "predict") and f".{name}(" in text:  # methods
            assert keywords.get("verbose") == "0" or text.split(".")[0] in of_scikit_learn, text
    if ".fit(" in code or "jit_compile" in code:
        assert "runtime.prove_compiled(" in code
    for forbidden in ("run_functions_eagerly", "run_eagerly=True", "enable_op_determinism", "jit_compile=False"):
        assert forbidden not in code


def test_every_data_set_says_what_it_is(notebook):
    code = notebooks.code(notebook)
    loads = re.findall(r"^(\w+) = data\.load_\w+\(\)\nprint\(\1\.source\)", code, re.MULTILINE)
    assert len(loads) == code.count("data.load_")


def test_setup_comes_first_and_quietly(notebook):
    imports, setup = notebooks.code_cells(notebook)[:2]
    assert all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.parse(imports.source).body)
    assert imports.source.index("from utils import") < imports.source.index("import tensorflow")
    assert setup.source == "runtime.setup(seed=0)"
    assert imports.outputs == setup.outputs == []


def test_random_generators_have_one_name(notebook):
    for node in ast.walk(ast.parse(notebooks.code(notebook))):
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("np.random.default_rng("):
            is_generator = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "np.random.default_rng"
            assert not is_generator or ast.unparse(node.targets[0]) == "rng", ast.unparse(node)


def test_one_assignment_a_line(notebook):
    """Values that are packed into one line are of one kind: two of any, or constants of one type."""
    for node in ast.walk(ast.parse(notebooks.code(notebook))):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Tuple)
            and isinstance(node.value, ast.Tuple)
        ):
            values = node.value.elts
            constants = all(isinstance(value, ast.Constant) for value in values)
            kinds = {type(value.value) if constants else type(value) for value in values}
            assert len(kinds) == 1, ast.unparse(node)
            assert constants or len(values) == 2, ast.unparse(node)


def test_numbers_in_the_text_are_printed_or_stated(notebook):
    problems = prose.problems(notebook)
    assert not problems, "\n".join(problems)


def test_claims_say_one_thing_and_name_their_bounds(notebook):
    problems = claims.problems(notebook)
    assert not problems, "\n".join(problems)


# What is shown in class


def test_slides(notebook):
    kinds = [slides.slide_type(cell) for cell in notebook.cells]
    assert set(kinds) == {"slide", "fragment", "notes", "skip"}
    assert 12 <= kinds.count("slide") <= 32
    assert kinds[0] == "slide"
    for cell, kind in zip(notebook.cells, kinds, strict=True):
        assert (cell.cell_type == "markdown") or kind in ("fragment", "skip")
        assert (cell.cell_type == "code") or kind != "fragment"


# What is compared


def test_tags_have_a_meaning(notebook):
    for cell in notebooks.code_cells(notebook):
        tags = cell.metadata.get("tags", [])
        allowed = compare.tolerance(tags)  # refuses other tags
        printed = "\n".join(text for kind, text in compare.parts(cell.outputs) if kind != "image/png")
        for words in allowed.by_words:
            assert words in printed, f"no line of the output contains {words!r}"
        assert "raises-exception" not in tags


def test_few_cells_are_not_compared(notebook):
    tags = [cell.metadata.get("tags", []) for cell in notebooks.code_cells(notebook)]
    assert sum("nbval-ignore-output" in cell_tags for cell_tags in tags) <= 3
    assert "NBVAL" not in notebooks.code(notebook)


def test_other_machines_compare_five_figures_of_six():
    figures = [
        "same-machine" in cell.metadata.get("tags", [])
        for path in PATHS
        for cell in notebooks.code_cells(notebooks.read(path))
        for kind, _ in compare.parts(cell.outputs)
        if kind == "image/png"
    ]
    assert sum(figures) <= len(figures) / 6


def test_no_check_depends_on_a_time_of_this_run(notebook):
    """A cell that measures times, or that prints measured ones and is not compared, has no check but of compilation."""
    measured = set()
    for cell in notebooks.code_cells(notebook):
        timed = "perf_counter()" in cell.source or "median_seconds(" in cell.source
        if timed:
            measured |= set(re.findall(r"^(\w*seconds\w*|\w*time\w*) = ", cell.source, re.MULTILINE))
        uses = timed or any(re.search(rf"(?<!\.)\b{name}\b", cell.source) for name in measured)
        if uses and "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert "checks.expect" not in cell.source
        for call, _ in checks(ast.parse(cell.source)):
            used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
            assert not used & measured, ast.unparse(call)


# utils


def test_helpers_are_shared():
    """Every public function of utils is used by two notebooks, or by another helper or a measurement."""
    sources = {path.stem: notebooks.code(notebooks.read(path)) for path in PATHS}
    for part in ("utils", "benchmarks", "tools"):
        for module in (notebooks.ROOT / part).rglob("*.py"):
            name = module.relative_to(notebooks.ROOT / part).with_suffix("")
            sources[f"{part}.{name}"] = module.read_text(encoding="utf8")
    trees = {name: ast.parse(source) for name, source in sources.items()}
    for module in sorted(set(MODULES) - SERVING):
        for node in trees[f"utils.{module}"].body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                users = [
                    name for name, tree in trees.items() if uses(tree, module, node, own=name == f"utils.{module}")
                ]
                enough = len(users) >= 2 or any("." in user for user in users)
                assert enough, f"{module}.{node.name} is used by {users or 'nothing'}"


def uses(tree, module, definition, *, own):
    """Return whether a module uses a definition: as `module.name`, or inside its own module as `name`."""
    for statement in (statement for statement in tree.body if not (own and statement is definition)):
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name) if own and name == definition.name:
                    return True
                case ast.Attribute(ast.Name(id=of), attr=name) if (of, name) == (module, definition.name):
                    return True
                case ast.ImportFrom(module=of, names=names) if of == f"utils.{module}":
                    if definition.name in [alias.name for alias in names]:
                        return True
    return False


def test_modules_are_short():
    for folder in ("utils", "tools"):
        for path in (notebooks.ROOT / folder).glob("*.py"):
            assert len(path.read_text(encoding="utf8").splitlines()) <= 200, path.name
