"""The results files: they name what made them, and it is today's code."""

import ast
import re
import textwrap

import pytest

from tools import digest
from utils import lesson, results

NAMES = sorted(path.stem for path in results.FOLDER.glob("*.csv"))
THREE_SEEDS = (
    "mnist_recipe",
    "mnist_variants",
    "cifar10_ladder",
    "cifar10_variants",
    "cifar10_recipe",
    "cifar10_depth",
    "cifar10_architectures",
    "shakespeare_recipe",
    "shakespeare_layers",
    "recall_layers",
    "mnist_gan",
    "number_norms",
    "translation",
    "translation_recurrent",
    "gpt_recipe",
    "gpt_changes",
    "smollm2_examples",
    "smollm2_sentiment",
    "smollm2_bits",
    "bert_masking",
    "minilm_sentiment",
)


def test_results_were_made_by_todays_code():
    stale = digest.stale()
    assert not stale, "\n".join(stale)


@pytest.mark.parametrize("name", NAMES)
def test_results_name_their_command_data_and_machine(name):
    table = results.read(name)
    assert re.fullmatch(rf"python -m benchmarks {name} --seeds [\d ]+", table.attrs["command"])
    assert re.match(r"none$|.*; sha256 [0-9a-f]{16}$", table.attrs["data"])
    assert re.match(r"\d+ cores \(.+\), Python 3\.\d+\.\d+, tensorflow ", table.attrs["machine"])
    assert len(table) > 5


@pytest.mark.parametrize("name", THREE_SEEDS)
def test_results_have_at_least_three_seeds(name):
    assert results.read(name).seed.nunique() >= 3


@pytest.mark.parametrize("name", NAMES)
def test_the_digest_of_each_measurement_reaches_its_lesson(name):
    assert any(module.startswith("lesson:") for module, _ in digest.reached("benchmarks.measurements", name))


def test_every_measurement_has_a_results_file():
    functions = [name for name, node in digest.statements("benchmarks.measurements").items() if is_measurement(node)]
    assert sorted(functions) == NAMES


def is_measurement(node):
    return getattr(getattr(node, "args", None), "args", []) and [a.arg for a in node.args.args][1:] == ["seed", "limit"]


# The digest itself, on copies of the code


def changed(monkeypatch, change):
    """Return the digest of a measurement after `change(number, source)` of the exported cells of its lesson."""
    exports = lesson.exports
    digest.statements.cache_clear()
    monkeypatch.setattr(lesson, "exports", lambda path: [(n, change(n, source)) for n, source in exports(path)])
    try:
        return digest.digest("mnist_recipe")
    finally:
        digest.statements.cache_clear()


def test_a_changed_hyperparameter_changes_the_digest(monkeypatch):
    before = digest.digest("mnist_recipe")
    after = changed(monkeypatch, lambda _, source: source.replace('"peak_rate": 0.2,', '"peak_rate": 0.21,'))
    assert after != before


@pytest.mark.parametrize(
    "change",
    [
        lambda _, source: source.replace('"peak_rate": 0.2,', '"peak_rate": 0.20,  # high\n'),
        lambda _, source: source.replace('"""Return a network trained by', '"""Return the network trained by'),
        lambda _, source: source + "\n\n\ndef unrelated():\n    return 1",
    ],
    ids=["comment", "docstring", "unrelated"],
)
def test_what_does_not_run_does_not_change_it(monkeypatch, change):
    before = digest.digest("mnist_recipe")
    assert changed(monkeypatch, change) == before


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('gans = lesson.load("gan")\ngans.draw', "draw"),
        ('gans, rows = lesson.load("gan"), []\ngans.draw', "draw"),
        ('lesson.load("gan").draw', "draw"),
    ],
)
def test_the_digest_follows_a_lesson_however_it_is_loaded(source, name):
    function = ast.parse("def f():\n" + textwrap.indent(source, "    ")).body[0]
    assert ("lesson:gan", name) in set(digest.references("benchmarks.measurements", function))


def test_the_digest_follows_a_lesson_that_a_lesson_loads(monkeypatch):
    source = 'gans = lesson.load("gan")\n\n\ndef f():\n    gans.draw'
    monkeypatch.setattr(lesson, "exports", lambda _: [(1, source)])
    digest.statements.cache_clear()
    try:
        function = digest.statements("lesson:mnist_cnn")["f"]
        assert ("lesson:gan", "draw") in set(digest.references("lesson:mnist_cnn", function))
    finally:
        digest.statements.cache_clear()


@pytest.mark.parametrize("source", ['use(lesson.load("gan"))', 'a = b = lesson.load("gan")'])
def test_a_lesson_loaded_in_another_way_is_an_error(source):
    function = ast.parse("def f():\n    " + source).body[0]
    with pytest.raises(ValueError, match=r"Expected name = lesson\.load"):
        set(digest.references("benchmarks.measurements", function))


def test_the_digest_reaches_lessons_and_utils():
    reached = digest.reached("benchmarks.measurements", "mnist_recipe")
    assert {
        ("lesson:mnist_cnn", "random_views"),
        ("utils.layers", "_normalize"),
        ("benchmarks.measure", "Curve"),
    } <= set(reached)
    assert ("lesson:mnist_cnn", "moved_right") not in reached
    assert not any(module == "utils.data" for module, _ in reached)


def test_a_missing_or_old_file_says_how_to_measure_it(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"found no such file\. Measure it: python -m benchmarks some"):
        results.read("some")
    (tmp_path / "some.csv").write_text("seed,accuracy\n0,1\n")
    with pytest.raises(ValueError, match="to begin with the lines command, data, digest, machine"):
        results.read("some")
