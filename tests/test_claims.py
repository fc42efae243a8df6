"""The check of the claims of a notebook's checks."""

import nbformat
import pytest

from tools import claims


@pytest.mark.parametrize(
    ("check", "fits"),
    [
        ('expect(loss < 0.3, "below 0.3")', True),
        ('expect(loss < 0.36, "below 0.3")', False),
        ('expect(loss < 0.3, "it is small")', False),
        ('expect(loss < 0.3, f"{name}: below {bound}")', False),
        ("expect(loss < 0.3, text)", False),
        ('expect(loss < 0.3, claim="below 0.3")', False),
        ('expect(condition=loss < 0.3, claim="below 0.3")', False),
        ('expect(loss < 0.02, "two blocks: less")', False),
        ('expect(lost > 0.02, f"{name}: over two points")', True),
        ('expect(lost > 0.016, f"{name}: over two points")', False),
        ('expect((parts > 0.8).sum() >= 5, "at least five above 0.8")', True),
        ('expect((parts > 0.64).sum() >= 5, "at least five above 0.8")', False),
        ('expect((parts > 0.8).sum() >= 4, "at least five above 0.8")', False),
        ('expect(0.7 < gain.min() <= gain.max() < 1.3, "costs or saves below 30%")', True),
        ('expect(0.7 < gain.min() <= gain.max() < 1.4, "costs or saves below 30%")', False),
        ('expect(ratio > 10, "below a tenth of the other")', True),
        ('expect(-0.1 < slope, "a slope above -0.1")', True),
        ('expect(ours < 0.8 * theirs, "saves over a fifth")', True),
        ('expect(ours < 0.96 * theirs, "saves over a fifth")', False),
        ('expect(ours.max() < theirs.min() - 0.3, "over 0.3 ahead")', True),
        ('expect(ours.max() < theirs.min() - 0.24, "over 0.3 ahead")', False),
        ('expect(ours < theirs - 0.8, "over 0.2 ahead")', False),
        ('expect(time < theirs / 3, "below a third")', True),
        ('expect(time < 1e-9 * theirs, "below a billionth")', True),
        ('expect(x**2 < y, "smaller")', True),
        ('ahead = gain > 0.2\nexpect(ahead.all(), "over 0.2 ahead")', True),
        ('ahead = gain > 0.24\nexpect(ahead.all(), "over 0.2 ahead")', False),
        ('ahead = gain > 0.24\nexpect(ahead, "over 0.2")\nahead = gain > 0.2', False),
        ('limit = 0.3\nexpect(loss < limit, "below 0.3")', True),
        ('limit = 0.36\nexpect(loss < limit, "below 0.3")', False),
        ('ahead = gain > 0.2\nexpect(ahead, "over 0.2 ahead")', True),
        ('ahead = gain > 0.24\nexpect(ahead, "over 0.2 ahead")', False),
        ('ahead = gain > 0 and other > 0\nexpect(ahead, "ahead")', False),
        ('expect(first.min() > 0, "a gain, with each seed")', True),
        ('expect(steps == 313, "as many as computed")', True),
        ('expect(a > 0 and b > 0, "both gain")', False),
        ('expect(not real or a > 0, "a gain")', False),
        ('expect(a > 0, "a gain", when=real and there)', True),
        ('expect_close(ours, theirs, "the same", rtol=1e-6)', True),
    ],
)
def test_one_thing_with_its_bounds(check, fits):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(check)])
    assert (not claims.problems(notebook)) == fits


def test_the_message_names_claim_and_bound():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('expect(loss < 0.3, "it is small")')])
    assert claims.problems(notebook) == ["✓ it is small: does not name its bound, 0.3"]
