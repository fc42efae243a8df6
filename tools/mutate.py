"""Score the tests: plant a fault in a copy of the project, and see whether anything notices.

python -m tools.mutate FILE.csv [--count 20] [--seed 0] [--places 03 utils ...] [--survivors FILE.csv] [--workers 2]

If the file is not there, mutants of the committed notebooks and of `utils` are drawn (`tools/mutants.py`) and written
to it before any is run: five of six from the notebooks in turn, one of six from `utils`, and for every thirty a
control without a fault (at most one for each notebook). Then those that have no result yet are run, each on a copy of
the commit that they were drawn from: Ruff, the tests of the notebook's form, its comparison, all tests of the form; for
`utils` the unit tests, the notebooks that name what was changed, all tests of the form. What fails first catches it.
The score is printed. It holds for a machine: where only stand-ins are, outputs are not compared; and cells tagged
`same-machine` are compared only in their form where they were not stored.

Left out is one test, that the results files belong to today's code: it notices any change of the code they measure.
"""

import argparse
import ast
import os
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from tools import notebooks
from tools.draws import COLUMNS, again, deal, plant

COPIES = notebooks.ROOT / "build" / "mutants"
PYTEST = ["pytest", "-x", "-q"]
# Codes of pytest: 1 for a failure, 2 and 4 for a file that cannot be collected, 5 for no tests. None: it took too long.
FAILED = {"ruff": (1,), "pytest": (1, 2, 4, None)}
PASSED = {"ruff": (0,), "pytest": (0, 5)}
STRUCTURE = ["tests/structure", "--deselect", "tests/structure/test_results.py::test_results_were_made_by_todays_code"]
SURVIVED = "nothing"


def git(*words: str, **options) -> str:
    """Return what git prints."""
    return subprocess.run(["git", *words], cwd=notebooks.ROOT, check=True, capture_output=True, **options).stdout


def stages(copy: Path, row: dict) -> list[tuple[str, list[str]]]:
    """Return what could catch a mutant, in order: (what, arguments of Python)."""
    ruff, structure = ("Ruff", ["ruff", "check", "-q", "."]), ("structure", [*PYTEST, *STRUCTURE])
    if row["file"].startswith("notebooks/"):
        form = ("structure", [*PYTEST, *STRUCTURE, "-k", Path(row["file"]).stem])  # seconds, as it runs nothing
        return [ruff, form, ("comparison", [*PYTEST, "--nbval", row["file"]]), structure]
    near, far, lessons = users(copy, row)
    compared = [("comparison", [*PYTEST, "--nbval", path]) for path in lessons]
    return [
        ruff,
        ("unit tests", [*PYTEST, row["file"], *near]),
        *compared,
        ("unit tests", [*PYTEST, "utils", *far]),
        structure,
    ]


def users(copy: Path, row: dict) -> tuple[list[str], list[str], list[str]]:
    """Return the tests that name what a mutant of `utils` changed, the other tests, the notebooks that name it.

    What names its module, if nothing names the function; the notebooks in the order of their seconds.
    """
    module = Path(row["file"])
    text = git("show", f"{row['commit']}:{module}", text=True)
    line = text[: row["start"]].count("\n") + 1
    around = [node for node in ast.parse(text).body if node.lineno <= line <= node.end_lineno and hasattr(node, "name")]
    lessons = {path: notebooks.read(path) for path in (copy / "notebooks").glob("[0-9]*.ipynb")}
    code = {
        path: notebooks.code(lessons[path])
        for path in sorted(lessons, key=lambda p: lessons[p].metadata.course.cost.seconds)
    }
    tests = {path: path.read_text(encoding="utf8") for path in sorted((copy / "tests").glob("test_*.py"))}

    def naming(texts: dict[Path, str]) -> list[str]:
        names = [around[0].name] if around else []
        found = [[p for p in texts if re.search(rf"\b{name}\b", texts[p])] for name in (*names, module.stem)]
        return [str(path.relative_to(copy)) for path in next(filter(None, found), [])]

    near = naming(tests)
    return near, [str(p.relative_to(copy)) for p in tests if str(p.relative_to(copy)) not in near], naming(code)


def run(arguments: list[str], copy: Path, limit: float) -> tuple[int | None, str]:
    """Run a Python module in a copy; return its code, None if it took too long, and what it says of the failure."""
    report = copy / "report.xml"
    report.unlink(missing_ok=True)
    flags = [f"--junitxml={report}", "-p", "no:cacheprovider"] if arguments[0] == "pytest" else []
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", *arguments, *flags], cwd=copy, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, f"longer than {limit:.0f} s"
    failures = [
        f"{case.get('name')}: {failure.text or failure.get('message')}"
        for case in (ElementTree.parse(report).iter("testcase") if report.exists() else ())
        for failure in (*case.iter("failure"), *case.iter("error"))
    ]
    return process.returncode, (failures or [said])[0]


def verdict(row: dict, copy: Path) -> dict:
    """Run a mutant in a copy of its commit; return what caught it, why, and the seconds."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    subprocess.run(["tar", "xf", "-"], cwd=copy, input=git("archive", row["commit"]), check=True)
    plant(copy, row)
    start, caught, reason = time.perf_counter(), SURVIVED, ""
    for stage, arguments in stages(copy, row):
        code, said = run(arguments, copy, limit=1800)
        if code in FAILED[arguments[0]]:
            caught, reason = stage, said
            break
        if code not in PASSED[arguments[0]]:
            raise RuntimeError(f"Expected {' '.join(arguments)} to pass or fail, received code {code}:\n{said[-2000:]}")
    reason = " ".join(re.sub(r"(\x1b|#x1B)\[[\d;]*m", "", reason).split())[:300]
    return {"caught_by": caught, "reason": reason, "seconds": f"{time.perf_counter() - start:.0f}"}


def score(table: pd.DataFrame) -> str:
    """Return the score in words: of the mutants that are not judged equivalent, the share that was caught."""
    done = table[(table.caught_by != "") & (table.kind != "none")]
    counted = done[~done.judgment.str.startswith("equivalent")]
    caught = counted[counted.caught_by != SURVIVED]
    controls = table[(table.caught_by != "") & (table.kind == "none")]
    alarms = sum(controls.caught_by != SURVIVED)
    return (
        f"{len(caught)} of {len(counted)} mutants caught ({len(caught) / max(len(counted), 1):.2f}), "
        f"{len(done) - len(counted)} equivalent; controls caught: {alarms} of {len(controls)}"
    )


def main() -> None:
    """Run the command line described above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--places", nargs="*", default=[])
    parser.add_argument("--survivors", type=Path, help="instead of a draw, those of this file, in today's code")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if not options.file.exists():
        if git("status", "--porcelain", "notebooks", "utils", text=True):
            raise SystemExit("Expected committed notebooks and utils, found changes: mutants are planted in a commit.")
        if options.survivors:
            before = pd.read_csv(options.survivors, keep_default_na=False, dtype=str)
            rows = again(before[(before.caught_by == SURVIVED) & (before.kind != "none")].to_dict("records"))
        else:
            rows = deal(options.count, random.Random(options.seed), options.places)
        commit = git("rev-parse", "--short", "HEAD", text=True).strip()
        options.file.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(rows, columns=COLUMNS).assign(commit=commit).to_csv(options.file, index=False)
    else:
        print(f"Continued: {options.file}")
    table = pd.read_csv(options.file, keep_default_na=False, dtype=str).astype({"start": int, "end": int})
    waiting = [number for number in table.index if not table.caught_by[number]]
    free: queue.Queue[Path] = queue.Queue()
    for number in range(options.workers):
        free.put(COPIES / f"copy-{number}")

    def work(number: int) -> tuple[int, dict]:
        copy = free.get()
        try:
            return number, verdict(table.loc[number].to_dict(), copy)
        finally:
            free.put(copy)

    pool = ThreadPoolExecutor(options.workers)
    running = [pool.submit(work, number) for number in waiting]
    try:
        for done in tqdm(as_completed(running), total=len(waiting), disable=None):
            number, result = done.result()
            table.loc[number, list(result)] = list(result.values())
            table.to_csv(options.file, index=False)
            print(number, *table.loc[number, ["file", "kind", "line"]], "→", result["caught_by"], flush=True)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    for number in table.index[(table.caught_by == SURVIVED) & (table.kind != "none")]:
        print(f"survived: {table.file[number]} {table.cell[number]} {table.kind[number]}: {table.line[number]}")
    print(score(table))


if __name__ == "__main__":
    main()
