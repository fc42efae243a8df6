"""The assignments: the key earns every point, an empty copy none. `make exercises` shows it by nbgrader itself."""

import re

import pytest

from tools import assignments, notebooks

SOLUTION = re.compile(r"( *)### BEGIN SOLUTION\n.*?### END SOLUTION", re.DOTALL)


@pytest.fixture(params=assignments.names())
def cells(request):
    source = notebooks.read(assignments.SOURCE / request.param / f"{request.param}.ipynb")
    return notebooks.code_cells(source)


def test_each_notebook_but_the_first_has_an_assignment():
    assert assignments.names() == [entry.name for entry in notebooks.index()[1:]]


def passed(cells, empty: bool) -> dict[str, bool]:
    """Return for each test cell whether it passes, all cells run in one namespace; without solutions if empty."""
    namespace, results = {}, {}
    for cell in cells:
        code = SOLUTION.sub(r"\1raise NotImplementedError()", cell.source) if empty else cell.source
        try:
            exec(code, namespace)
        except (AssertionError, NotImplementedError, NameError, TypeError):
            assert cell.metadata.nbgrader.grade, f"{cell.id} fails, and is no test"
            results[cell.id] = False
        else:
            if cell.metadata.nbgrader.grade:
                results[cell.id] = True
    return results


def test_the_key_earns_every_point(cells):
    assert all(passed(cells, empty=False).values())


def test_an_empty_copy_earns_nothing(cells):
    assert not any(passed(cells, empty=True).values())


def test_the_form_of_an_assignment(cells):
    tests = [cell for cell in cells if cell.metadata.nbgrader.grade]
    assert 4 <= len(tests) <= 6
    for cell in tests:
        visible, hidden = cell.source.split("### BEGIN HIDDEN TESTS")
        assert "assert" in visible
        assert "assert" in hidden
        assert cell.metadata.nbgrader.points > 0
