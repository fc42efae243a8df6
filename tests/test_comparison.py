"""The comparison: what it accepts, what it refuses, and that it catches notebooks broken on purpose."""

import base64
import copy
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import compare, notebooks
from tools.environment import environment


@pytest.mark.parametrize(
    ("stored", "new", "rtol"),
    [
        ("loss 0.36", "loss 0.36", None),
        ("−0.5 s", "-0.5 s", None),
        ("0.0000", "0.0000", None),
        ("0.0000", "-0.0000", None),
        ("0.0000", "0.0001", 1e-6),
        ("0.3600000", "0.3600001", None),
        ("1.234567e-05", "1.234568e-05", None),
        ("[1.  2.5]", "[1.  2.5]", None),
        ("0.9755", "0.9756", 1e-6),  # with a tag, one unit of the last digit
        ("1,234.5", "1,235.5", 1e-3),
        ("version 2.21.0", "version 2.21.0", None),
    ],
)
def test_text_that_is_equal(stored, new, rtol):
    assert compare.text_difference(stored, new, compare.Tolerance(other=rtol)) is None


@pytest.mark.parametrize(
    ("stored", "new", "rtol"),
    [
        ("loss 0.36", "loss 0.37", None),
        ("loss 0.36", "gain 0.36", None),
        ("0.9755", "0.9756", None),
        ("0.0000", "0.0001", None),
        ("0.0000", "0.0002", 0.1),
        ("0.9755", "0.9757", 1e-6),
        ("60000 images", "60001 images", 0.1),  # integers are exact
        ("0.5", "-0.5", 0.1),
        ("0.5", "nan", 0.1),
        ("1.0e-05", "1.0e-04", 0.1),
        ("version 2.21.0", "version 2.21.1", 0.1),
        ("0.5 0.5", "0.5", None),
        ("a  b", "a b", None),
    ],
)
def test_text_that_differs(stored, new, rtol):
    assert compare.text_difference(stored, new, compare.Tolerance(other=rtol)) is not None


def test_a_difference_says_which_number_and_by_how_much():
    message = compare.text_difference("loss 0.500, accuracy 0.9", "loss 0.510, accuracy 0.9")
    assert "0.500 stored, 0.510 new: relative difference 0.02, allowed 1e-06" in message
    assert "-loss 0.500" in message
    assert "+loss 0.510" in message


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_figures():
    pixels = np.full((35, 60, 3), 200, np.uint8)
    assert compare.figure_difference(png(pixels), png(pixels)) is None
    faint = pixels.copy()
    faint[3, 4] -= 5  # one pixel a little darker
    assert compare.figure_difference(png(pixels), png(faint)) is None
    line = pixels.copy()
    line[10:12, 8:40] = 0  # a line two pixels wide
    assert "allowed" in compare.figure_difference(png(pixels), png(line))
    assert "60×35 pixels stored, 60×34 new" in compare.figure_difference(png(pixels), png(pixels[:-1]))


def test_outputs_are_compared_in_order_and_number():
    def stream(text, name="stdout"):
        return nbformat.v4.new_output("stream", text=text, name=name)

    def result(text):
        return nbformat.v4.new_output("display_data", data={"text/plain": text})

    stored = [stream("a"), result("b")]
    assert compare.outputs_difference(stored, copy.deepcopy(stored)) is None
    assert "stored, but not printed now" in compare.outputs_difference(stored, stored[:1])
    assert "printed now, but not stored" in compare.outputs_difference(stored[:1], stored)
    assert compare.outputs_difference(stored, stored[::-1]) is not None
    assert compare.outputs_difference(stored, [stream("a", "stderr"), result("b")]) is not None


def test_a_tolerance_belongs_to_the_lines_with_its_words():
    allowed = compare.tolerance(["rtol[last epoch]=0.02", "export"])
    stored = "net: first epoch: loss 2.0000\nnet: last epoch (5): loss 1.0000"
    assert compare.text_difference(stored, stored.replace("1.0000", "1.0100"), allowed) is None
    assert compare.text_difference(stored, stored.replace("1.0000", "1.0300"), allowed) is not None
    assert compare.text_difference(stored, stored.replace("2.0000", "2.0100"), allowed) is not None
    both = compare.tolerance(["rtol[last epoch]=0.02", "rtol=0.001"])
    assert compare.text_difference(stored, stored.replace("2.0000", "2.0010"), both) is None


def test_a_figure_has_its_own_tolerance():
    pixels = np.full((16, 16, 3), 200, np.uint8)
    shifted = pixels - 20
    assert compare.figure_difference(png(pixels), png(shifted)) is not None
    assert compare.figure_difference(png(pixels), png(shifted), compare.tolerance(["figure=21"]).figure) is None
    assert compare.figure_drift(png(pixels), png(shifted)) == 20
    assert compare.figure_drift(png(pixels), png(pixels[:8])) == float("inf")


def test_elsewhere_the_form_is_compared():
    def outputs(text, size):
        figure = png(np.zeros((size, 10, 3), np.uint8))
        return [
            nbformat.v4.new_output("stream", text=text),
            nbformat.v4.new_output("display_data", data={"image/png": figure}),
        ]

    stored = outputs("one\ntwo\n", 10)
    assert compare.form_difference(stored, outputs("three\nfour\n", 10)) is None
    for other in (outputs("one\n", 10), outputs("one\ntwo\n", 11), stored[:1], stored[::-1]):
        assert "outputs of another form" in compare.form_difference(stored, other)


def test_tags():
    allowed = compare.tolerance(["rtol=0.01", "same-machine", "rtol[a b]=0.2", "figure=2.5"])
    assert (allowed.other, allowed.by_words, allowed.figure) == (0.01, {"a b": 0.2}, 2.5)
    assert compare.tolerance([]).of("any line") is None
    for tags in (["rtl=0.01"], ["rtol=abc"], ["rtol=nan"], ["rtol=-1"], ["rtol=0.1", "rtol=0.2"], ["rtol=1"]):
        with pytest.raises(ValueError, match="Expected tags"):
            compare.tolerance(tags)
    for tags in (["rtol[]=0.1"], ["rtol[a]=0.1", "rtol[a]=0.2"], ["figure=a"], ["figure=1", "figure=2"]):
        with pytest.raises(ValueError, match="Expected tags"):
            compare.tolerance(tags)


def test_environment_names_what_changes_digits(monkeypatch):
    environment.cache_clear()
    before = environment()
    environment.cache_clear()
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=AVX2")
    after = environment()
    environment.cache_clear()
    assert {key for key in before if before[key] != after[key]} == {"variables"}
    assert "tensorflow " in before["packages"]


# The meta-test: real notebooks, cut to the cells that matter, broken in one way each.

SETUP = "runtime.setup(seed=0)"
IMPORTS = "from utils import"
LINE = (
    IMPORTS,
    SETUP,
    "data.load_linear_regression()",
    "order = np.random",
    "def predict(",
    "start = np.array",
    "def fit_line(",
)
LINE = (*LINE, "exact = np.linalg", "z_columns =", "def in_original_units")
VALLEY = ("hessian =", "ws, bs =", "def fit_in_batches(", "batch_sizes =")
NETWORK = (IMPORTS, SETUP, "def sigmoid(z)", "activations = {", "def softmax(", "def initialize(", "def entropy_delta(")
NETWORK = (*NETWORK, "def backward_deltas(", "def backward(", "def own_gradients(", "def tape_oracle(")
NETWORK = (*NETWORK, "def central_differences(", "def worst_error(", "x_check = rng.normal")
CUTS = {  # name: the notebook, and a text from each cell that is kept
    "quadratic": (
        "gradient_descent",
        (IMPORTS, SETUP, "def descend(", "path = descend(", "def bowl(", "rates = (", "error = descend("),
    ),
    "bowl": ("gradient_descent", (*LINE, *VALLEY)),
    "tape": ("gradient_descent", (*LINE, "def tape_step(", "tape_path =")),
    "fit": ("gradient_descent", (*LINE, "model.compile(", "numpy_losses =")),
    "network": ("backpropagation", NETWORK),
}


def find(cells, text):
    """Return the first code cell that contains a text."""
    return next(cell for cell in cells if text in cell.source)


def cut(name):
    """Return a notebook with only the cells of a cut."""
    start, texts = CUTS[name]
    notebook = notebooks.read(notebooks.paths(start)[0])
    notebook.cells = [find(notebooks.code_cells(notebook), text) for text in texts]
    for number, cell in enumerate(notebook.cells, 1):
        cell.execution_count = number
    names = notebooks.data_sets(notebook)
    notebook.metadata.course.data = {name: notebook.metadata.course.data[name] for name in names}
    return notebook


def edit(*changes):
    """Return a mutation that replaces text in the source, for each pair (old, new)."""

    def mutate(notebook):
        for old, new in changes:
            cell = find(notebook.cells, old)
            cell.source = cell.source.replace(old, new)

    return mutate


def at(text, change):
    """Return a mutation that changes the cell with a text."""
    return lambda notebook: change(find(notebook.cells, text))


def change_number(cell):
    cell.outputs[0].text = cell.outputs[0].text.replace("0.9313", "0.9314", 1)


def swap_cells(notebook):
    notebook.cells[4], notebook.cells[5] = notebook.cells[5], notebook.cells[4]


def without_xla_and_proof(notebook):
    edit(("    jit_compile=True,\n", ""), ("runtime.prove_compiled(model)", ""))(notebook)
    output = find(notebook.cells, "model.compile(").outputs[0]
    output.text = "".join(line for line in output.text.splitlines(True) if "compiled by XLA" not in line)


MUTATIONS = {
    "a printed number": ("quadratic", at("rates = (", change_number)),
    "a learning rate": ("fit", edit(("0.1 / 2)", "0.105 / 2)"))),
    "a sign in a gradient": ("tape", edit(("parameters - learning_rate * tape", "parameters + learning_rate * tape"))),
    "a dropped activation": ("network", edit(("inputs.append(function(zs[-1]))", "inputs.append(zs[-1])"))),
    "a seed": ("bowl", edit(("np.random.default_rng(0).permutation", "np.random.default_rng(1).permutation"))),
    "a swapped color map": ("bowl", edit(("levels=12)", "levels=12, cmap='magma')"))),
    "a changed axis limit": ("bowl", edit(("xlim=(-0.5, 5.5)", "xlim=(-0.5, 5.4)"))),
    "a thinner line": ("quadratic", edit(('"o", color="C2")', '"o", color="C2", markersize=5)'))),
    "a deleted output": ("quadratic", at("rates = (", lambda cell: cell.outputs.clear())),
    "a cell stripped of its run": (
        "quadratic",
        at("rates = (", lambda cell: cell.update(outputs=[], execution_count=None)),
    ),
    "a cell moved": ("quadratic", swap_cells),
    "an expect removed": ("quadratic", edit(("checks.expect(abs(path[30]", "bool(abs(path[30]"))),
    "an expect loosened and reworded": ("quadratic", edit(("within 0.0013", "within 0.0014"))),
    "a figure removed": ("quadratic", edit(("plt.show()", "plt.close()"))),
    "a stored figure removed": ("quadratic", at("thetas =", lambda cell: cell.outputs.clear())),
    "XLA turned off in a function": ("tape", edit(("@tf.function(jit_compile=True)", "@tf.function"))),
    "XLA turned off in Keras": ("fit", edit(("    jit_compile=True,\n", ""))),
    "XLA turned off, and the proof removed": ("fit", without_xla_and_proof),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """Run nbval on all copies at once; return the number of failed cells of each."""
    folder = tmp_path_factory.mktemp("broken")
    names = {}
    copies = [(name, name, None) for name in CUTS] + [(name, *rest) for name, rest in MUTATIONS.items()]
    for number, (name, cut_name, mutate) in enumerate(copies):
        notebook = cut(cut_name)
        before = nbformat.writes(notebook)
        if mutate:
            mutate(notebook)
            assert nbformat.writes(notebook) != before, f"{name} changes nothing"
        names[f"copy_{number:02}"] = name
        nbformat.write(notebook, folder / f"copy_{number:02}.ipynb")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.plugin",
        "--nbval",
        f"--junitxml={folder / 'report.xml'}",
        "-c",
    ]
    result = subprocess.run([*command, "pyproject.toml", folder], cwd=notebooks.ROOT, capture_output=True, text=True)
    assert result.returncode in (0, 1), result.stdout + result.stderr
    counts = dict.fromkeys(names.values(), 0)
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        name = names[re.search(r"copy_\d\d", case.get("classname"))[0]]
        counts[name] += case.find("failure") is not None or case.find("error") is not None
    return counts


@pytest.mark.parametrize("name", CUTS)
def test_an_unbroken_copy_passes(failures, name):
    assert failures[name] == 0


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_copy_is_caught(failures, name):
    assert failures[name] > 0
