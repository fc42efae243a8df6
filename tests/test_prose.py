"""The check of the numbers in the text of a notebook."""

import nbformat
import numpy as np
import pytest

from tools import prose

TEXT = "## Result\n\nIt reads {} of the digits, trained on {} of them."


@pytest.fixture
def notebook():
    """A notebook whose second section prints two numbers."""
    output = nbformat.v4.new_output("stream", text="accuracy 0.9951\n60000 digits\n")
    cells = [nbformat.v4.new_markdown_cell("# Title\n\n99.5%"), nbformat.v4.new_code_cell("other = 71")]
    cells += [nbformat.v4.new_markdown_cell(TEXT.format("99.5%", "60,000"))]
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("show()", outputs=[output])])


def test_numbers_that_are_printed_in_their_section(notebook):
    assert not prose.problems(notebook)


@pytest.mark.parametrize(("digits", "count", "wrong"), [("99.6%", "60,000", "99.6%"), ("99.5%", "71", "71")])
def test_a_number_that_is_printed_nowhere_or_elsewhere(notebook, digits, count, wrong):
    notebook.cells[2].source = TEXT.format(digits, count)
    (line,) = prose.problems(notebook)
    assert line.startswith(f"## Result: {wrong} is nowhere")
    notebook.cells[2].metadata["stated"] = [wrong]
    assert not prose.problems(notebook)


def test_a_statement_without_need(notebook):
    notebook.cells[2].metadata["stated"] = ["60,000"]
    (line,) = prose.problems(notebook)
    assert line.endswith('60,000 need not be "stated"')


@pytest.mark.parametrize(
    ("check", "fits"),
    [
        ('expect(loss < 0.3, "below 0.3")', True),
        ('expect(loss < 0.36, "below 0.3")', False),
        ('expect(lost > 0.02, f"{name}: over 2 points")', True),
        ('expect(lost > 0.016, f"{name}: over 2 points")', False),
        ('expect(fast < 0.7 * slow, "saves 30%")', True),
        ('expect(fast < 0.84 * slow, "saves 30%")', False),
        ('expect_close(ours, 5.0, "by hand: 5", rtol=1e-6)', True),
        ('print("30 of them")', True),
        ('expect(error < 1e-4, "to 1e-4")', True),
        ('expect(error < 1e-3, "to 1e-4")', False),
        ('expect_close(*first, "equal for 50 steps", rtol=1e-6)', False),
        ('x = f(0)\nexpect(n > 7, "all 100 of them")', False),
    ],
)
def test_claims_name_numbers_of_their_cell(check, fits):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(check)])
    assert (not prose.problems(notebook)) == fits


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [("−1,024.50", 1024.5, 2), ("7", 7, 0), ("98 %", 98, 0), ("+0.5%", 0.5, 1), ("2.5e-3", 0.0025, 4)],
)
def test_reading(text, value, decimals):
    number = prose.Number.read(text)
    assert (number.value, number.decimals, number.percent) == (value, decimals, text.endswith("%"))


def test_rounding():
    half = prose.Number.read("0.50")
    assert half.occurs(np.array([0.4951]))
    assert not half.occurs(np.array([0.494]))
    assert prose.Number.read("12%").occurs(np.array([0.1249]))
    assert not prose.Number.read("12").occurs(np.array([0.12]))


def test_changes_differ_from_what_they_change():
    for text in ("1", "12", "0.5", "0", "1,000"):
        number = prose.Number.read(text)
        assert all(abs(number.changed(factor).value - number.value) > 1e-9 for factor in prose.CHANGES)


def test_left_out():
    text = "```\n1\n``` $2$ [a](3_4.html) §4.2 article 003, in 1998\n\n1. GPT-2 reads float32 with 5 layers"
    assert [number.text for number in prose.numbers_of(text)] == ["5"]
