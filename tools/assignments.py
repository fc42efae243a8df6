"""Assignments in nbgrader's form: the students' copies, and grades.

python -m tools.assignments copies [NAME ...]   writes students' copies to build/exercises, of which the empty earn 0
python -m tools.assignments grade FOLDER        grades FOLDER/STUDENT/NAME.ipynb into build/grades

Each submission is graded in a course folder of its own, by processes of its own with limits of time and memory. This is
no sandbox: the code of a submission can do on this machine what you can do.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

import pandas as pd

from tools import notebooks
from tools.grading import SOURCE, Grade, grade, released

COPIES = notebooks.ROOT / "build" / "exercises"
GRADES = notebooks.ROOT / "build" / "grades"


def names() -> list[str]:
    """Return the names of all assignments, in the order of their notebooks."""
    return [entry.name for entry in notebooks.index() if (SOURCE / entry.name).exists()]


def make_copies(*chosen: str) -> int:
    """Write the students' copies; return 1 if an empty copy earns points, or the key does not earn all."""
    unknown = set(chosen) - set(names())
    if unknown:
        raise SystemExit(f"Expected assignments of {', '.join(names())}, received {', '.join(sorted(unknown))}.")
    failed = False
    for name in chosen or names():
        shutil.rmtree(COPIES / name, ignore_errors=True)
        shutil.copytree(released(name) / "release" / name, COPIES / name)
        empty = grade("empty", name, COPIES / name / f"{name}.ipynb")
        key = grade("key", name, SOURCE / name / f"{name}.ipynb")
        right = not (empty.problem or key.problem) and empty.total == 0 and key.points == key.largest
        failed |= not right
        print(f"{name:22} empty {empty.total:g}, key {key.total:g} of {sum(key.largest.values()):g} points", flush=True)
        if not right:
            print("\n".join(filter(None, (empty.problem, key.problem))) or f"empty {empty.points}, key {key.points}")
    return int(failed)


def grade_folder(folder: Path) -> int:
    """Grade FOLDER/STUDENT/NAME.ipynb, or FOLDER/STUDENT/NAME/NAME.ipynb; write the tables and feedback pages."""
    found = [
        (path.relative_to(folder).parts[0], path)
        for path in sorted(folder.glob("*/**/*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
    ]
    if not found:
        raise SystemExit(f"Expected {folder}/STUDENT/NAME.ipynb, found no notebook in a folder of a student.")
    shutil.rmtree(GRADES, ignore_errors=True)
    grades = []
    for student, path in found:
        if path.stem not in names():
            print(f"{student}: {path.name} is no assignment; their files are {', '.join(names())}, with .ipynb")
            continue
        pages = GRADES / "feedback" / student
        pages.mkdir(parents=True, exist_ok=True)
        one = grade(student, path.stem, path, pages)
        if one.problem:
            (pages / f"{path.stem}.txt").write_text(f"0 points: {one.problem}\n", encoding="utf8")
        grades.append(one)
        print(
            f"{student:20} {one.assignment:22} {one.total:g} of {sum(one.largest.values()):g} {one.problem}", flush=True
        )
    write_tables(grades)
    return 0


def write_tables(grades: list[Grade]) -> None:
    """Write build/grades/grades.csv, a row for each submission, and canvas.csv, a row for each student."""
    GRADES.mkdir(parents=True, exist_ok=True)
    rows = [
        {"student": one.student, "assignment": one.assignment, "points": one.total}
        | {"largest": sum(one.largest.values()), "problem": one.problem}
        for one in grades
    ]
    table = pd.DataFrame(rows)
    table.to_csv(GRADES / "grades.csv", index=False)
    wide = table.pivot_table(index="student", columns="assignment", values="points", aggfunc="max")
    largest = table.groupby("assignment")["largest"].max()
    # Canvas reads these columns, and below their names a row of possible points.
    canvas = pd.DataFrame(
        {"Student": wide.index, "ID": "", "SIS User ID": "", "SIS Login ID": wide.index, "Section": ""}
    )
    possible = {"Student": "    Points Possible"} | dict.fromkeys(canvas.columns[1:], "")
    for name in wide.columns:
        canvas[name] = wide[name].to_numpy()
        possible[name] = largest[name]
    pd.concat([pd.DataFrame([possible]), canvas]).to_csv(GRADES / "canvas.csv", index=False)
    print(f"written: {', '.join(f'build/grades/{name}' for name in ('grades.csv', 'canvas.csv', 'feedback/'))}")


def main() -> int:
    """Run the command line described above; return the exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    match sys.argv[1:]:
        case ["copies", *chosen]:
            return make_copies(*chosen)
        case ["grade", folder] if Path(folder).is_dir():
            return grade_folder(Path(folder))
    raise SystemExit(f"Expected copies [NAME ...], or grade and a folder, received {' '.join(sys.argv[1:])}.")


if __name__ == "__main__":
    sys.exit(main())
