"""The tools, on small notebooks: normalize, render, run, the offline choice, exports."""

import json
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tools import clean_copies, exports, keys, normalize, notebooks, offline, render, run, slides
from utils import checks, lesson


def write(folder, name, *sources, tags=()):
    cells = [nbformat.v4.new_markdown_cell(f"# {name}\n\n`about 10 s on two cores` · `no download`")]
    cells += map(nbformat.v4.new_code_cell, sources)
    for cell, cell_tags in zip(cells[1:], tags, strict=False):
        cell.metadata["tags"] = list(cell_tags)
    cells.append(nbformat.v4.new_markdown_cell("See [the other](09_good.ipynb).\n\n**Next:** nothing."))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")


INDEX = """
[[parts]]
title = "First"
[[parts.notebooks]]
name = "bad"
title = "Bad"
about = "what fails"
[[parts]]
title = "Second"
[[parts.notebooks]]
name = "good"
title = "Good"
about = "what works"
"""


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder with a notebook that fails in its second code cell, one that is fine, an index and two READMEs."""
    write(tmp_path, "00_bad", "print('✓ one')", "1 / 0", "print('never')")
    write(tmp_path, "10_good", "import sys\nprint('✓ one\\n✓ two')", "sys.stdout.write('50%\\r100%\\n')\nNone")
    (tmp_path / "index.toml").write_text(INDEX)
    table = "<!-- table: written by make render -->\n<!-- end of table -->\n"
    for name in ("README.md", "DATA.md"):
        (tmp_path / name).write_text(f"Begin with notebooks/09_good.ipynb\n{table}")
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    monkeypatch.setattr(run, "BUILD", tmp_path / "build")
    monkeypatch.setattr(render, "README", tmp_path / "README.md")
    monkeypatch.setattr(render, "DATA_README", tmp_path / "DATA.md")
    monkeypatch.setattr(keys, "SEALS", tmp_path / "seals.toml")
    return tmp_path


def call(monkeypatch, module, *arguments):
    monkeypatch.setattr("sys.argv", ["tool", *arguments])
    return module.main()


def test_run_names_the_failure_and_goes_on(monkeypatch, folder, capsys):
    assert call(monkeypatch, run) == 1
    output = capsys.readouterr()
    assert "FAILED 00_bad.ipynb, code cell 2: ZeroDivisionError: division by zero" in output.err
    bad, good = (line.split() for line in output.out.splitlines()[1:])
    assert (bad[0], bad[2:]) == ("00_bad", ["-", "1"])  # no peak memory, one check passed
    assert (good[0], good[3]) == ("10_good", "2")
    assert 20 < int(good[2]) < 500
    built = {path.name for path in (folder / "build").iterdir()}
    assert built == {"00_bad.ipynb", "00_bad.html", "10_good.ipynb", "10_good.html"}
    assert "never" not in nbformat.read(folder / "build" / "00_bad.ipynb", 4).cells[3].outputs


def test_notebooks_are_selected_by_number_or_name(folder):
    for word in ("10", "good", "10_good"):
        assert [path.stem for path in notebooks.paths(word)] == ["10_good"]
    assert notebooks.paths("elsewhere/x.ipynb") == [Path("elsewhere/x.ipynb")]
    assert [path.name for path in notebooks.paths("10", "x.ipynb")] == ["10_good.ipynb", "x.ipynb"]
    with pytest.raises(SystemExit, match=r"Expected the start of a notebook's name .*, received '07'"):
        notebooks.paths("07")


def test_normalize_writes_the_normal_form_and_leaves_failures_alone(monkeypatch, folder, capsys):
    bad = nbformat.read(folder / "00_bad.ipynb", 4)
    assert call(monkeypatch, normalize) == 1
    assert "00_bad.ipynb is left as it was: code cell 2: ZeroDivisionError" in capsys.readouterr().err
    assert nbformat.read(folder / "00_bad.ipynb", 4).cells[1:3] == bad.cells[1:3]
    good = nbformat.read(folder / "10_good.ipynb", 4)
    assert normalize.problems(folder / "10_good.ipynb") == []
    assert [cell.get("execution_count") for cell in good.cells] == [None, 1, 2, None]
    assert good.cells[2].outputs[0].text == "100%\n"  # as a reader sees it
    assert good.metadata.course.data == {}
    assert good.metadata.course.cost.checks == 2
    assert 20 < good.metadata.course.cost.megabytes < 500
    ids = [cell.id for cell in good.cells]
    assert call(monkeypatch, normalize, "good") == 0
    assert [cell.id for cell in nbformat.read(folder / "10_good.ipynb", 4).cells] == ids


def test_costs_links_and_tables_are_rendered_from_what_is_stored(monkeypatch, folder):
    call(monkeypatch, normalize, "good")
    good = nbformat.read(folder / "10_good.ipynb", 4)
    megabytes = good.metadata.course.cost.megabytes
    seconds = re.escape(f"`about {-(-good.metadata.course.cost.seconds // 10) * 10} s on two cores`")
    memory = re.escape(f"`{-(-megabytes // 100) / 10:.1f} GB of memory`")
    assert re.search(f"^{seconds} · {memory} · `no download`", good.cells[0].source, re.MULTILINE)
    assert "[the other](10_good.ipynb)" in good.cells[-1].source  # it said 09_good
    assert good.cells[-1].source.endswith(
        "**Next:** this is the last notebook so far; the [README](../README.md) lists all."
    )
    bad = nbformat.read(folder / "00_bad.ipynb", 4)
    assert bad.cells[-1].source.endswith("**Next:** [Good](10_good.ipynb): what works.")
    readme = (folder / "README.md").read_text()
    assert "Begin with notebooks/10_good.ipynb" in readme
    assert re.search(
        rf"\| \[10 10_good\]\(notebooks/10_good.ipynb\) \| \d+ s \| {megabytes} MB \| none \| 2 \|", readme
    )
    assert "| [00 00_bad](notebooks/00_bad.ipynb) | not measured yet | | | |" in readme
    assert "| `load_mnist()` |" in (folder / "DATA.md").read_text()


def test_renumbering_breaks_no_link(monkeypatch, folder):
    first, second = INDEX.split("[[parts]]\n")[1:]
    (folder / "index.toml").write_text("[[parts]]\n" + second + "[[parts]]\n" + first)  # good first
    render.write()
    assert [path.stem for path in notebooks.paths()] == ["00_good", "10_bad"]
    for path in notebooks.paths():
        assert "[the other](00_good.ipynb)" in notebooks.prose(notebooks.read(path))
    assert "notebooks/00_good.ipynb" in (folder / "README.md").read_text()
    assert notebooks.prose(notebooks.read(folder / "00_good.ipynb")).endswith(
        "**Next:** [Bad](10_bad.ipynb): what fails."
    )


def test_two_notebooks_that_change_places_keep_their_contents(folder):
    swapped = INDEX.replace('"bad"', '"x"').replace('"good"', '"bad"').replace('"x"', '"good"')
    (folder / "index.toml").write_text(swapped)
    before = {path.stem[3:]: len(notebooks.read(path).cells) for path in notebooks.paths()}
    render.write()
    assert {path.stem[3:]: len(notebooks.read(path).cells) for path in notebooks.paths()} == before


def test_a_notebook_that_is_not_in_the_index_is_named(folder):
    write(folder, "20_new", "1")
    with pytest.raises(SystemExit, match=r"Expected in notebooks/index\.toml the notebooks \['bad', 'good', 'new'\]"):
        render.files()


def test_normalize_refuses_outputs_of_a_stand_in(monkeypatch, folder, capsys):
    path = folder / "10_good.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source += "\nfrom utils import data\nprint(data.load_mnist().source)"
    nbformat.write(notebook, path)
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    assert call(monkeypatch, normalize, "good") == 1
    assert "only a stand-in was found" in capsys.readouterr().err
    assert nbformat.read(path, 4).cells[1].outputs == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda nb: nb.cells[1].update(execution_count=7), "execution counts"),
        (lambda nb: nb.cells[1].outputs[0].update(text="✓ ✓\n✓ /home/someone/x\n"), "absolute path"),
        (lambda nb: nb.cells[1].outputs[0].update(text="✓ \n✓ <f at 0x7fb33b933a60>\n"), "object's address"),
        (lambda nb: nb.cells[1].outputs[0].update(name="stderr"), "a warning"),
        (lambda nb: nb.cells[1].outputs[0].update(text="✓\n✓\n⚠ STAND-IN for mnist.npz\n"), "a stand-in"),
        (lambda nb: nb.cells[1].outputs[0].update(text="✓ one\n"), "metadata counts 2 checks"),
        (lambda nb: nb.metadata.update(widgets={}), "make normalize"),
        (lambda nb: nb.metadata.course.data.update(mnist="0"), "metadata names the data sets"),
        (lambda nb: nb.metadata.course.pop("cost"), "metadata lacks the costs"),
    ],
)
def test_check_says_what_is_not_normal(monkeypatch, folder, change, message):
    call(monkeypatch, normalize, "good")
    notebook = nbformat.read(folder / "10_good.ipynb", 4)
    change(notebook)
    (folder / "10_good.ipynb").write_text(notebooks.text_of(notebook), encoding="utf8")
    assert message in "\n".join(normalize.problems(folder / "10_good.ipynb"))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("data.load_mnist()", ["mnist"]),
        ("from utils.data import load_cifar10\nload_cifar10()", ["cifar10"]),
        ("load = data.load_mnist", ["mnist"]),
        ("keras.models.load_model(path)\nnp.load('x')", []),
    ],
)
def test_data_sets_are_found_in_the_code(code, found):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    assert notebooks.data_sets(notebook) == found


def test_a_data_set_that_is_not_listed_is_an_error():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("data.load_imagenet()")])
    with pytest.raises(ValueError, match=r"Expected data sets of utils/data_sets\.py, received \['imagenet'\]"):
        notebooks.data_sets(notebook)


def test_three_commits_in_a_row_execute_all_without_data():
    names, changed = [f"{number:02}.ipynb" for number in range(9)], {"03.ipynb", "data/README.md"}
    turns = [offline.choose(names, changed, commits) for commits in (100, 101, 102)]
    assert [recent for recent, _ in turns] == [["03.ipynb"]] * 3
    assert sorted(name for _, turn in turns for name in turn) == [name for name in names if name not in changed]
    assert max(len(turn) for _, turn in turns) == 3


def test_a_notebook_has_changed_if_its_code_has():
    def text(prose, source):
        cells = [nbformat.v4.new_markdown_cell(prose), nbformat.v4.new_code_cell(source)]
        return nbformat.writes(nbformat.v4.new_notebook(cells=cells))

    assert offline.code(text("one", "1")) == offline.code(text("two", "1"))
    assert offline.code(text("one", "1")) != offline.code(text("one", "2"))


# Lessons as modules


def test_a_lesson_is_its_exported_cells_and_nothing_else(monkeypatch, tmp_path):
    sources = "import math", "SIZE = 3", "def area(r):\n    return math.pi * r**SIZE", "print('run')\nSIZE = 5", "1 / 0"
    write(tmp_path, "04_circle", *sources, tags=[["export"], ["export"], ["export", "rtol=0.1"]])
    monkeypatch.setattr(lesson, "FOLDER", tmp_path)
    circle = lesson.load("circle")
    assert circle is lesson.load("04_circle")
    assert circle.area(2) == pytest.approx(8 * 3.14159265)
    with pytest.raises(ValueError, match=r"Expected the name of a notebook \(circle\), received 'square'"):
        lesson.load("square")


def test_a_traceback_shows_the_line_of_the_cell(monkeypatch, tmp_path):
    write(tmp_path, "04_failing", "x = 1", "def fail():\n    return 1 / 0  # here", tags=[[], ["export"]])
    monkeypatch.setattr(lesson, "FOLDER", tmp_path)
    with pytest.raises(ZeroDivisionError) as caught:
        lesson.load("failing").fail()
    entry = caught.traceback[-1]
    assert (entry.frame.code.raw.co_filename, str(entry.statement).strip()) == (
        "04_failing.ipynb[2]",
        "return 1 / 0  # here",
    )


def test_a_lesson_without_exports_is_an_error(monkeypatch, tmp_path):
    write(tmp_path, "04_empty", "x = 1")
    monkeypatch.setattr(lesson, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="Expected a notebook with cells tagged 'export', received 04_empty"):
        lesson.load("empty")


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        (("n = 3\nprint(n)",), "[1] runs something: print(n)"),
        (("def f():\n    return rate",), "[1] uses 'rate', which no exported cell defines"),
        (("class A:\n    size = rate",), "[1] uses 'rate', which no exported cell defines"),
        (("def f():\n    return [x * k for x in range(3)]",), "[1] uses 'k', which no exported cell defines"),
        (("RATE = 1",), None),
        (("import math\n\n\ndef f(x, *, y=math.pi):\n    def g():\n        return x + y\n\n    return g",), None),
        (("class A:\n    size = 3\n\n    def area(self):\n        return super().x * len(str(self.size))",), None),
    ],
)
def test_exports_that_are_not_closed_are_named(tmp_path, sources, problem):
    write(tmp_path, "00_some", *sources, tags=[["export"]] * len(sources))
    found = exports.problems(tmp_path / "00_some.ipynb")
    assert found == ([] if problem is None else [f"00_some.ipynb {problem}"])


def test_a_name_that_is_bound_again_is_named(tmp_path):
    write(
        tmp_path, "00_some", "RATE = 1", "for RATE in range(3):\n    pass", "def f():\n    RATE = 3", tags=[["export"]]
    )
    assert exports.problems(tmp_path / "00_some.ipynb") == ["00_some.ipynb [2] binds the exported name 'RATE' again"]


def test_clean_copies_hold_no_outputs_and_leave_predictions_open(monkeypatch, folder):
    cells = [nbformat.v4.new_markdown_cell("One third is about a half. **Predict:** is it?")]
    cells.append(nbformat.v4.new_code_cell("1 / 3", outputs=[nbformat.v4.new_output("stream", text="0.3")]))
    cells[1].execution_count = 1
    cells.append(nbformat.v4.new_markdown_cell("It is not.\n\n## Next\n\nText."))
    cells.append(nbformat.v4.new_markdown_cell("More text."))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"course": {"cost": 1}})
    nbformat.write(notebook, folder / "10_good.ipynb")
    monkeypatch.setattr(clean_copies, "FOLDER", folder / "copies")
    call(monkeypatch, clean_copies, "good")
    copy = nbformat.read(folder / "copies" / "10_good.ipynb", 4)
    question, room, code, answer, more = copy.cells
    assert (question.source, room.source, more.source) == (cells[0].source, clean_copies.ROOM, "More text.")
    assert (code.outputs, code.execution_count) == ([], None)
    assert "course" not in copy.metadata
    assert answer.source == clean_copies.FOLDED.format("It is not.") + "\n\n## Next\n\nText."


def test_slides_hold_the_marked_cells_each_section_on_its_own():
    cells = [
        nbformat.v4.new_markdown_cell(
            "An end.\n\n## One\n\nSee [it](01_it.ipynb#x), [code](../utils/it.py).\n\n## Two"
        ),
        nbformat.v4.new_code_cell("print(1)", outputs=[nbformat.v4.new_output("stream", text="1\n")]),
        nbformat.v4.new_code_cell("skipped"),
        nbformat.v4.new_code_cell("many()", outputs=[nbformat.v4.new_output("stream", text="1\n" * 11)]),
        nbformat.v4.new_markdown_cell("It printed."),
    ]
    for cell, kind in zip(cells, ("slide", "fragment", None, "fragment", "notes"), strict=True):
        if kind:
            cell.metadata["slideshow"] = {"slide_type": kind}
    one, two, code, long, notes = slides.shown(nbformat.v4.new_notebook(cells=cells)).cells
    assert one.source == "## One\n\nSee [it](01_it.html), code.\n\n"
    assert (two.source, notes.source) == ("## Two", "It printed.")
    assert [cell.metadata.tags for cell in (code, long)] == [[], ["output"]]
    page, _ = slides.exporter().from_notebook_node(slides.shown(nbformat.v4.new_notebook(cells=cells)))
    assert page.count('<div class="fragment"') == 2
    assert "print" in page
    assert "many" not in page


KEY = """# %% 1 right
# Because six times seven is 42.
answer = 6 * 7

# %% 1 wrong: the digits are swapped
answer = 24
"""


def test_a_key_gives_seals_and_cells(monkeypatch, folder):
    code = 'answer = ...  # a number\n\nchecks.exercise("Exercise 1", answer, checks.sealed("10.1"))'
    write(folder, "10_good", code)
    (folder / "good.py").write_text(KEY)
    monkeypatch.setattr(keys, "FOLDER", folder)
    render.write()
    seals = tomllib.loads((folder / "seals.toml").read_text())
    assert seals == {"10.1": {checks.seal("10.1", 42): "", checks.seal("10.1", 24): "the digits are swapped"}}
    _, wrong = keys.read("good")
    cell = keys.exercises(notebooks.read(folder / "10_good.ipynb"))[1]
    assert keys.answered(cell, wrong) == code.replace("...  # a number", "24")
    with pytest.raises(ValueError, match=r"one line answer = \.\.\. in the cell of exercise 1, received 0"):
        keys.answered(nbformat.v4.new_code_cell(code.replace("...", "1")), wrong)


def test_the_index_lists_each_notebook_once():
    entries = notebooks.index()
    assert len({entry.name for entry in entries}) == len(entries)
    assert json.dumps([entry.number for entry in entries]) == json.dumps(sorted(entry.number for entry in entries))
