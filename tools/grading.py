"""One submission of an assignment graded by nbgrader, in a course folder and processes of its own, with limits."""

import atexit
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

from tools import notebooks

SOURCE = notebooks.ROOT / "exercises" / "source"
CELL_SECONDS = 120  # XLA compiles in the first call
SECONDS = 600  # of a submission
MEGABYTES = 4_000


@dataclass
class Grade:
    """What a student earned in an assignment: points by task, and what went wrong, "" if nothing did."""

    student: str
    assignment: str
    points: dict[str, float] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)
    problem: str = ""

    @property
    def total(self) -> float:
        """The sum of the points."""
        return sum(self.points.values())


def largest_points(name: str) -> dict[str, float]:
    """Return the points of an assignment, by the id of the cell that gives them."""
    cells = notebooks.read(SOURCE / name / f"{name}.ipynb").cells
    tests = [cell.metadata.nbgrader for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {test.grade_id: test.points for test in tests}


def limited(command: list[str], folder: Path) -> tuple[str, str]:
    """Run a command in a folder; return what it wrote, and which limit it broke, "" for none.

    It and all it started are killed after SECONDS, or when together they use more than MEGABYTES.
    """
    log = folder / "log.txt"
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
    templates = str(notebooks.ROOT / ".venv" / "share" / "jupyter")  # of nbconvert
    variables = os.environ | {"PATH": programs, "JUPYTER_PATH": templates}
    options = {"cwd": folder, "env": variables, "start_new_session": True}
    with log.open("a") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
    start, broken = time.monotonic(), ""
    while process.poll() is None and not broken:
        time.sleep(0.2)
        if time.monotonic() - start > SECONDS:
            broken = f"stopped after {SECONDS} s"
        elif memory(process.pid) > MEGABYTES * 10**6:
            broken = f"stopped, as it used more than {MEGABYTES} MB"
    if broken:
        for child in [*children(process.pid), process]:
            child.kill()
        process.wait()
    return (log.read_text(errors="replace") if log.exists() else ""), broken


def children(process: int) -> list[psutil.Process]:
    """Return all processes that a process started."""
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def memory(process: int) -> int:
    """Return the bytes that a process and all it started hold in memory."""
    total = 0
    for each in children(process):
        try:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def nbgrader(folder: Path, *command: str) -> tuple[str, str]:
    """Run a command of nbgrader for the course in a folder, `limited`."""
    options = [
        f"--CourseDirectory.root={folder}",
        "--CourseDirectory.course_id=course",
        f"--Execute.timeout={CELL_SECONDS}",
        "--OverwriteCells.add_missing_cells=True",
        "--log-level=WARN",
    ]
    return limited([sys.executable, "-m", "nbgrader", *command, *options], folder)


@functools.cache
def released(name: str) -> Path:
    """Return a course folder in which nbgrader has written the students' copy of an assignment.

    Raises:
        RuntimeError: with nbgrader's words if it did not.
    """
    folder = Path(tempfile.mkdtemp(prefix="course-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(SOURCE / name, folder / "source" / name)
    said, broken = nbgrader(folder, "generate_assignment", name)
    if broken or not (folder / "release" / name / f"{name}.ipynb").exists():
        raise RuntimeError(f"nbgrader wrote no copy of {name}: {broken or said[-2000:]}")
    return folder


def grade(student: str, name: str, submission: Path, feedback: Path | None = None) -> Grade:
    """Grade a submission in a course folder of its own; write its feedback page, if a folder for it is given.

    Whatever a submission does, it costs its points only.
    """
    largest = largest_points(name)
    result = Grade(student, name, dict.fromkeys(largest, 0.0), largest)
    course = released(name)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "course"
        shutil.copytree(course, folder)
        try:
            fill(result, submission, folder, feedback)
        except Exception as error:  # of any kind: the code of a submission may have changed every file in the folder
            result.points = dict.fromkeys(largest, 0.0)
            result.problem = f"not graded: {type(error).__name__}: {str(error)[:200]}"
    return result


def fill(result: Grade, submission: Path, folder: Path, feedback: Path | None) -> None:
    """Put the points of a submission into its grade, or what went wrong."""
    student, name = result.student, result.assignment
    submitted = folder / "submitted" / student / name
    submitted.mkdir(parents=True)
    shutil.copy(submission, submitted / f"{name}.ipynb")
    nbformat.validate(nbformat.read(submission, as_version=4))
    said, broken = nbgrader(folder, "autograde", name, f"--student={student}")
    if broken:
        result.problem = broken
    elif not (folder / "autograded" / student / name / f"{name}.ipynb").exists():
        reasons = re.findall(r"^ *([\w.]*Error: .*)$", said, re.MULTILINE)
        result.problem = f"not graded: {reasons[-1] if reasons else 'it deleted the folder that it was graded in'}"
    else:
        read_points(result, folder)
        if feedback:
            nbgrader(folder, "generate_feedback", name, f"--student={student}")
            shutil.copy(folder / "feedback" / student / name / f"{name}.html", feedback)


def read_points(result: Grade, folder: Path) -> None:
    """Put the points of a gradebook into a grade."""
    from nbgrader.api import Gradebook, MissingEntry  # only in the environment for grading

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        try:
            submission = book.find_submission(result.assignment, result.student)
        except MissingEntry as error:
            raise LookupError("nbgrader has no grade for it") from error
        for notebook in submission.notebooks:
            result.points |= {each.name: float(each.score) for each in notebook.grades}
