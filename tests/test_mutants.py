"""The planted faults: what they change, how they are drawn, run and counted."""

import random
import time

import pandas as pd
import pytest

from tools import draws, mutate
from tools.draws import draw
from tools.mutants import mutants
from tools.syntax import Mutant

FAULTS = [
    ("x = 10 * y", "number", {"x = 8 * y", "x = 9 * y", "x = 11 * y", "x = 12 * y"}),
    ("x = f(0.5)", "number", {"x = f(0.4)", "x = f(0.475)", "x = f(0.525)", "x = f(0.6)"}),
    ("r = default_rng(3)", "seed", {"r = default_rng(4)"}),
    ("x = (a) + b  # +", "operator", {"x = (a) - b  # +"}),
    ("x = a @ b.T", "operator", {"x = (b.T) @ (a)"}),
    ("é = a if b < c else d", "comparison", {"é = a if b <= c else d", "é = a if b > c else d"}),
    ("f(a, b, c=1)", "arguments", {"f(b, a, c=1)"}),
    ("x = 1\nx += y", "statement", {"x = 1\npass"}),
    ("x = y", "statement", set()),
    ("x = y\nx = z", "statement", {"x = y\npass"}),
    ("x = -y", "negation", {"x = y"}),
    ("x = not y", "negation", {"x = y"}),
    ("x = a * -(b + c)", "negation", {"x = a * (b + c)"}),
    ("x = f(0.0)", "number", set()),
    ("x = table.loc['a':'b']", "slice", set()),
    ("x = tf.nn.relu(y)", "activation", {"x = y"}),
    ("d = Dense(3, activation='relu')", "activation", {"d = Dense(3, activation=None)"}),
    ("x = tf.stop_gradient(y) + 1", "gradient", {"x = y + 1"}),
    ("loss = Loss(from_logits=True)", "flag", {"loss = Loss(from_logits=False)"}),
    ("x = zip(a, b, strict=True)", "flag", set()),
    ("x = y.sum(axis=-1)", "axis", {"x = y.sum(axis=0)"}),
    ("x = y[1:-1]", "slice", {"x = y[2:-1]", "x = y[1:-2]"}),
    ("x = y[-1]", "slice", {"x = y[-2]"}),
    ("m = np.tril(x)", "mask", {"m = np.tril(x, -1)", "m = np.tril(x).T"}),
    ("x = attend(y, mask)", "mask", {"x = attend(y, tf.roll(mask, 1, -1))"}),
    ("x_train, x_test = load()\nfit(x_train)", "split", {"x_train, x_test = load()\nfit(x_test)"}),
    ("expect(x < 2, 'low')", "check", {"expect(x < 2.4, 'low')"}),
    ("expect(x > 2 and y, 1)", "check", {"expect(x > 1.6 and y, 1)", "expect(x > 2, 1)", "expect(y, 1)"}),
    ("expect_close(x, y, 'same', atol=0.1)", "check", {"expect_close(x, y, 'same', atol=1)"}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "kind", "expected"), FAULTS)
def test_faults(source, kind, expected):
    found = mutants(source)
    assert {mutant.apply(source) for mutant in found if mutant.kind == kind} == expected


def test_a_fault_is_valid_python_and_another_program():
    assert not mutants("x = +y")
    assert all(mutant.before != mutant.after for mutant in mutants("x = f(y, mask=mask)[0, 1:] * -3"))


def test_a_fault_refuses_a_changed_source():
    with pytest.raises(ValueError, match="Expected '10' at 4"):
        Mutant("number", 4, 6, "10", "12").apply("x = y")


def test_a_draw_takes_every_kind_alike_and_no_place_twice():
    source = "\n".join(["x = f(1, 2, 3, 4, 5, 6, 7, 8)"] * 20 + ["y = x[1]"] * 20)
    drawn = draw({"here": mutants(source)}, 30, random.Random(0))
    assert len({mutant.start for _, mutant in drawn}) == 30
    kinds = pd.Series([mutant.kind for _, mutant in drawn]).value_counts()
    assert kinds["slice"] > 5
    assert kinds["number"] > 5
    assert kinds["arguments"] > 5


def test_survivors_are_found_again_where_their_line_still_stands():
    rows = draws.deal(3, random.Random(0), ["00"])
    moved = [row | {"start": 0, "end": 1} for row in rows if row["kind"] != "none"]
    found = draws.again([*moved, moved[0] | {"line": "another one"}])
    assert found == [row for row in rows if row["kind"] != "none"]


def test_a_run_says_what_failed_and_ends_in_time(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert 1 + 1 == 3\n")
    code, said = mutate.run(["pytest", "-q", "test_it.py"], tmp_path, limit=60)
    assert code == 1
    assert said.startswith("test_it: ")
    assert "1 + 1" in said
    (tmp_path / "test_it.py").write_text("import time\n\ndef test_it():\n    time.sleep(60)\n")
    start = time.perf_counter()
    assert mutate.run(["pytest", "-q", "test_it.py"], tmp_path, limit=2)[0] is None
    assert time.perf_counter() - start < 20


def test_the_score_leaves_out_equivalent_mutants_and_controls():
    rows = [("number", "comparison", ""), ("axis", "nothing", "hole"), ("flag", "nothing", "equivalent: a default")]
    rows += [("none", "nothing", ""), ("seed", "", "")]
    said = mutate.score(pd.DataFrame(rows, columns=["kind", "caught_by", "judgment"]))
    assert said == "1 of 2 mutants caught (0.50), 1 equivalent; controls caught: 0 of 1"
