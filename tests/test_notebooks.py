"""The structure of the notebooks, and that they and the README say the same."""

import ast
import importlib
import inspect
import re

import nbformat
import numpy as np
import pytest

from tests.tools import comparison, normal_form, notebooks, run

PATHS = sorted(notebooks.FOLDER.glob("*.ipynb"))
PARTS = ("**What you will learn.**", "**What you need.**", "**Articles it follows.**", "## Setup", "## Summary")
PARTS = (*PARTS, "## Exercises", "## Further reading", "**Next:**")
COST = re.compile(r"^`under (\d+) s on two cores` · `under (\d) GB of memory` · `(no|\d+ MB) download` · ")
FILLER = re.compile(r"\b(?:just|simply|obviously|trivially|of course)\b", re.IGNORECASE)
# The loaders of `data` need only one notebook.
MODULES = ("checks", "layers", "pipeline", "plotting", "progress", "runtime")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return "\n".join(cell.source for cell in notebooks.code_cells(notebook))


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_numbers_are_contiguous():
    assert [path.name[:3] for path in PATHS] == [f"{number:02}_" for number in range(len(PATHS))]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_normal_form(path):
    assert normal_form.problems(path) == []


def test_parts_in_order(notebook):
    assert notebook.cells[0].source.startswith("# ")
    assert len(re.findall(r"^# ", prose(notebook), re.MULTILINE)) == 1
    places = [prose(notebook).find(part) for part in PARTS]
    assert -1 not in places, f"missing: {PARTS[places.index(-1)]}"
    assert places == sorted(places)
    assert "**Predict:**" in prose(notebook)
    assert "## Break it" in prose(notebook)


def test_links_lead_to_files(notebook):
    for link in re.findall(r"\]\(([^)#]+)", prose(notebook)):
        assert link.startswith("https://") or (notebooks.FOLDER / link).exists(), link


def test_prose_and_code_in_small_pieces(notebook):
    lengths = [sum(bool(line.strip()) for line in c.source.splitlines()) for c in notebooks.code_cells(notebook)]
    assert np.median(lengths) <= 8
    assert np.quantile(lengths, 0.9) <= 15
    assert max(lengths) <= 25
    kinds = "".join(cell.cell_type[0] for cell in notebook.cells)
    assert "cccc" not in kinds, "four code cells in a row"
    assert not FILLER.findall(prose(notebook))


def test_enough_checks_and_exercises(notebook):
    assert len(re.findall(r"checks\.expect", code(notebook))) >= 8
    assert 3 <= len(re.findall(r"checks\.exercise\(", code(notebook))) <= 6


def test_few_cells_are_not_compared(notebook):
    tags = [cell.metadata.get("tags", []) for cell in notebooks.code_cells(notebook)]
    for cell_tags in tags:
        comparison.tolerance(cell_tags)  # refuses tags without a meaning
    assert sum("nbval-ignore-output" in cell_tags for cell_tags in tags) <= 3
    assert "NBVAL" not in code(notebook)
    assert all("raises-exception" not in cell_tags for cell_tags in tags)


def test_every_training_is_compiled_and_its_bars_are_ours(notebook):
    calls = [node for node in ast.walk(ast.parse(code(notebook))) if isinstance(node, ast.Call)]
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if name == "compile":
            assert keywords.get("jit_compile") == "True", ast.unparse(call)
        if name in ("fit", "evaluate", "predict"):
            assert keywords.get("verbose") == "0", ast.unparse(call)
    if any(word in code(notebook) for word in (".fit(", "jit_compile")):
        assert "runtime.prove_compiled(" in code(notebook)
    for forbidden in ("run_functions_eagerly", "run_eagerly=True", "enable_op_determinism", "jit_compile=False"):
        assert forbidden not in code(notebook)


def test_every_data_set_says_what_it_is(notebook):
    loads = re.findall(r"^(\w+) = data\.load_\w+\(\)\nprint\(\1\.source\)", code(notebook), re.MULTILINE)
    assert len(loads) == code(notebook).count("data.load_")


def test_setup_comes_first_and_quietly(notebook):
    first = notebooks.code_cells(notebook)[0]
    assert first.source.rstrip().endswith("runtime.setup(seed=0)")
    assert first.source.index("from utils import") < first.source.index("import tensorflow")
    assert first.outputs == []


def test_helpers_are_shared():
    sources = [code(nbformat.read(path, as_version=4)) for path in PATHS]
    for module_name in MODULES:
        module = importlib.import_module(f"utils.{module_name}")
        for name, value in vars(module).items():
            if inspect.getmodule(value) is module and not name.startswith("_") and callable(value):
                used = sum(f"{module_name}.{name}(" in source for source in sources)
                inside = inspect.getsource(module).count(f"{name}(") > 1  # used by another helper
                assert used >= 2 or inside, f"{module_name}.{name} is used by {used} notebooks"


def test_modules_are_short():
    for path in (notebooks.ROOT / "utils").glob("*.py"):
        assert len(path.read_text(encoding="utf8").splitlines()) <= 180, path.name


def readme_rows():
    table = run.TABLE.search(run.README.read_text(encoding="utf8"))[0]
    return [line for line in table.splitlines() if line.startswith("| [")]


def test_readme_table_matches_the_notebooks():
    assert len(readme_rows()) == len(PATHS)
    for path, row in zip(PATHS, readme_rows(), strict=True):
        notebook = nbformat.read(path, as_version=4)
        assert f"[{path.stem[:2]} {run.title(notebook)}](notebooks/{path.name})" in row
        seconds = int(re.search(r"\| (\d+) s \|", row)[1])
        megabytes = int(re.search(r"\| (\d+) MB \|", row)[1])
        claim = COST.search(notebook.cells[0].source.splitlines()[-1])
        assert claim, "the first cell ends with the costs"
        assert seconds < int(claim[1])
        assert megabytes < 1000 * int(claim[2])
        assert row.endswith(f"| {run.checks(notebook)} |")
        assert claim[3].replace("no", "none") in row
