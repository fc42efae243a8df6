"""A pytest plugin on nbval: it executes the cells, `tools/compare.py` compares them, and the summary counts.

A notebook whose data sets are not the ones its outputs were stored from is executed, with every check, and not
compared. A cell tagged `nbval-ignore-output` prints wall-clock times: it is executed and listed. A notebook fails as
well if a cell was never run, if cells are out of the order of their run, or if it trains or compiles (`fit`,
`jit_compile`) and XLA compiled no program in it, counted from outside by XLA's own dump. With `--build`, the executed
notebooks are written to build/, as notebooks and as pages.

After its last cell a notebook's exercises run once more, with each answer of its key (`tools/keys.py`).
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from tools import compare, keys, notebooks, run
from tools.environment import environment
from tools.normalize import fingerprints

COMPILES = re.compile(r"jit_compile|\.fit\(")


class Report:
    """What was compared, executed only and ignored, for the summary."""

    def __init__(self):
        self.why_executed_only: dict[str, str] = {}
        self.programs: dict[str, int] = {}
        self.compared = 0
        self.answers = 0
        self.ignored: list[str] = []
        self.form_only: list[str] = []

    def lines(self) -> list[str]:
        """Return the summary, a line each: notebooks, cells, programs compiled by XLA."""
        compared = len(self.programs) - len(self.why_executed_only)
        why = "; ".join(f"{name}: {reason}" for name, reason in self.why_executed_only.items())
        first = f"notebooks: {compared} compared, {len(self.why_executed_only)} only executed and checked"
        lines = [first + (f" ({why})" if why else "")]
        lines.append(
            f"cells: {self.compared} compared; {len(self.form_only)} only in their form, as they hold on the machine "
            f"that stored them ({', '.join(self.form_only) or 'none'}); {len(self.ignored)} ignored, as they print "
            f"wall-clock times ({', '.join(self.ignored) or 'none'})"
        )
        counts = ", ".join(f"{name} {count}" for name, count in self.programs.items())
        if self.answers:
            lines.append(f"answers to exercises, right and wrong: {self.answers}")
        return [*lines, f"programs compiled by XLA: {counts}"]


REPORT = Report()


def data_mismatch(notebook) -> str:
    """Return which data sets are not those that the outputs were stored from, "" if all are."""
    stored = notebook.metadata.get("course", {}).get("data", {})
    here = fingerprints(notebook)
    return ", ".join(f"other data for {name}" for name in here if here[name] != stored.get(name))


class ComparedCell(IPyNbCell):
    """A code cell."""

    def setup(self) -> None:
        """Refuse a cell that was never run, or not in its place: nbval would pass it without comparing."""
        super().setup()
        if self.cell.execution_count != self.cell_num + 1:
            pytest.fail(f"stored as run {self.cell.execution_count}, expected {self.cell_num + 1}", pytrace=False)
        if not self.options["check"]:
            REPORT.ignored.append(self.label)

    @property
    def label(self) -> str:
        """The notebook's number and the cell's, such as "03 [12]"."""
        return f"{self.parent.path.stem[:2]} [{self.cell_num + 1}]"

    def compare_outputs(self, test, ref, skip_compare=None) -> bool:
        """Compare the outputs; nbval calls this with the new and the stored ones."""
        tags = self.cell.metadata.get("tags", [])
        if self.parent.path.stem in REPORT.why_executed_only:
            return True
        if "same-machine" in tags and self.parent.nb.metadata["course"]["environment"] != environment():
            REPORT.form_only.append(self.label)
            difference = compare.form_difference(ref, test)
        else:
            REPORT.compared += 1
            difference = compare.outputs_difference(ref, test, compare.tolerance(tags))
        self.comparison_traceback = [difference or ""]
        return difference is None


class AnsweredCell(IPyNbCell):
    """The cell of an exercise with an answer of the key; it runs after the notebook's last cell."""

    def setup(self) -> None:
        """Leave out what was not measured: the answers hold for the data that the outputs were stored from."""
        super().setup()
        if reason := REPORT.why_executed_only.get(self.parent.path.stem):
            pytest.skip(reason)
        REPORT.answers += 1

    def compare_outputs(self, test, ref, skip_compare=None) -> bool:
        """Look for the mark of a right answer, or for what is wrong with a wrong one, in what the cell says."""
        said = "\n".join(output.get("text", "") + output.get("evalue", "") for output in test)
        self.comparison_traceback = [f"Expected {ref[0].text!r} in what it says, received {said!r}"]
        return ref[0].text in said


class ComparedNotebook(IPyNbFile):
    """A notebook."""

    def collect(self):
        """Yield its code cells, then its exercises with the answers of its key."""
        self.cells = [
            ComparedCell.from_parent(self, name=c.name, cell_num=c.cell_num, cell=c.cell, options=c.options)
            for c in super().collect()
        ]
        return [*self.cells, *self.answers()]

    def answers(self) -> list[AnsweredCell]:
        """Return the exercises' cells with the answers of the key."""
        exercises, found = keys.exercises(self.nb), []
        for answer in keys.read(self.path.stem[3:]):
            expected = nbformat.v4.new_output("stream", text=answer.wrong or f"✓ Exercise {answer.number}\n")
            code = keys.answered(exercises[answer.number], answer)
            cell = nbformat.v4.new_code_cell(code, execution_count=1, outputs=[expected])
            options = {"skip": False, "check": True, "check_exception": bool(answer.wrong)}
            name = f"Exercise {answer.number} {'wrong: ' + answer.wrong if answer.wrong else 'right'}"
            number = len(self.cells) + len(found)
            found.append(AnsweredCell.from_parent(self, name=name, cell_num=number, cell=cell, options=options))
        return found

    def setup(self) -> None:
        """Start the kernel with XLA's dump switched on; find out whether the data are those of the stored outputs."""
        if reason := data_mismatch(self.nb):
            REPORT.why_executed_only[self.path.stem] = reason
        self.dump = Path(tempfile.mkdtemp(prefix="xla-programs-"))
        flags = os.environ.get("XLA_FLAGS")
        os.environ["XLA_FLAGS"] = f"{flags or ''} --xla_dump_to={self.dump}"
        try:
            super().setup()
        finally:
            del os.environ["XLA_FLAGS"]
            if flags is not None:
                os.environ["XLA_FLAGS"] = flags

    def teardown(self) -> None:
        """Stop the kernel and count the programs that XLA compiled in it."""
        super().teardown()
        REPORT.programs[self.path.stem] = programs = len(list(self.dump.glob("*before_optimizations.txt")))
        shutil.rmtree(self.dump)
        if self.config.getoption("--build"):
            for cell in self.cells:
                cell.cell.outputs = cell.test_outputs or []
            run.write(self.nb, self.path.stem)
        if not programs and COMPILES.search(notebooks.code(self.nb)):
            pytest.fail(f"{self.path.name}: XLA compiled no program. Is jit_compile=True missing?", pytrace=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --build."""
    parser.addoption("--build", action="store_true", help="write the executed notebooks and their pages to build/")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector):
    """Put our class in the place of nbval's."""
    return [
        ComparedNotebook.from_parent(parent, path=found.path) if type(found) is IPyNbFile else found
        for found in (yield)
    ]


def pytest_terminal_summary(terminalreporter) -> None:
    """End with what was compared."""
    if REPORT.programs:
        terminalreporter.section("comparison of notebooks")
        for line in REPORT.lines():
            terminalreporter.write_line(line)
