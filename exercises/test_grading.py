"""A teacher's path: submissions that are right, wrong, and broken in each way, graded. See `make grading-test`."""

import csv
import os

import nbformat
import pytest

from tools import assignments, grading, notebooks

os.environ.pop("PYTHONPATH", None)  # a teacher has none: `utils` has to be found without it
NAME = "gradient_descent"
HANGS = "while True:\n    pass"
EATS = "hoard = []\nwhile True:\n    hoard.append(bytearray(50_000_000))"
DELETES = "import os, shutil\nshutil.rmtree(os.path.abspath('../../..'), ignore_errors=True)"
WRONG = "def largest_rate(A):\n    return 1 / np.linalg.eigvalsh(A).max()"
EDITED = "assert True"
# For each submission: the cell that is changed, and its code (None: the cell is missing).
SUBMISSIONS = {
    "right": {},
    "wrong": {"boundary": WRONG},
    "hangs": {"descend": HANGS},
    "crashes": {"descend": "import os\nos._exit(1)"},
    "eats": {"descend": EATS},
    "deletes": {"adam": DELETES},
    "lost": {"boundary": WRONG, "boundary-test": None},
    "edited": {"boundary": WRONG, "boundary-test": EDITED},
}
EXPECTED = {  # points, and a part of the problem
    "right": (10, ""),
    "wrong": (8, ""),
    "hangs": (8, ""),
    "crashes": (0, "DeadKernelError"),
    "eats": (0, "stopped, as it used more than"),
    "deletes": (0, "not graded"),
    "lost": (8, ""),
    "edited": (8, ""),
    "malformed": (0, "NotJSONError"),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Grade all submissions at once; return the rows of grades.csv by student, and the folder of the results."""
    folder, results = tmp_path_factory.mktemp("submissions"), tmp_path_factory.mktemp("grades")
    key = notebooks.read(grading.SOURCE / NAME / f"{NAME}.ipynb")
    for student, changes in SUBMISSIONS.items():
        copy = nbformat.from_dict(key)
        copy.cells = [cell for cell in copy.cells if changes.get(cell.id, "") is not None]
        for cell in copy.cells:
            cell.source = changes.get(cell.id, cell.source)
        (folder / student).mkdir()
        nbformat.write(copy, folder / student / f"{NAME}.ipynb")
    (folder / "malformed").mkdir()
    (folder / "malformed" / f"{NAME}.ipynb").write_text('{"cells": [')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignments, "GRADES", results)
        patch.setattr(grading, "CELL_SECONDS", 20)
        patch.setattr(grading, "MEGABYTES", 2_500)
        assert assignments.grade_folder(folder) == 0
    with (results / "grades.csv").open() as file:
        return {row["student"]: row for row in csv.DictReader(file)}, results


@pytest.mark.parametrize("student", EXPECTED)
def test_a_submission_costs_its_own_points_only(rows, student):
    row, (points, problem) = rows[0][student], EXPECTED[student]
    assert float(row["points"]) == points
    assert problem in row["problem"]
    assert bool(row["problem"]) == bool(problem)


def test_canvas_reads_logins_and_possible_points(rows):
    with (rows[1] / "canvas.csv").open() as file:
        first, *students = csv.DictReader(file)
    assert (first["Student"], float(first[NAME])) == ("    Points Possible", 10)
    assert {row["SIS Login ID"]: float(row[NAME]) for row in students}["wrong"] == 8


def test_feedback_shows_the_score_or_the_reason(rows):
    assert "8.0 / 10.0" in (rows[1] / "feedback" / "wrong" / f"{NAME}.html").read_text()
    assert "stopped" in (rows[1] / "feedback" / "eats" / f"{NAME}.txt").read_text()
