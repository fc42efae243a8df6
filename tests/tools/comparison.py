"""A pytest plugin on nbval: compare numbers within a tolerance and figures by their pixels; count what was compared.

The rules, cell by cell (nbval runs the cell; `compare_outputs` below replaces its comparison):

- Text is equal to the character, integers included.
- Numbers with a decimal point or an exponent are equal within a relative tolerance of `DEFAULT_RTOL`. A tag such as
  `rtol=0.001` on the cell widens it; then one unit of the last printed digit is allowed too: rounding may flip it.
- Figures have the same size, and no block of 8 × 8 pixels differs on average by more than `FIGURE_TOLERANCE` of 255.
- A cell tagged `same-machine` is compared if the environment is the one that stored it; else it is executed only.
- A cell tagged `nbval-ignore-output` prints wall-clock times. It is executed, not compared, and listed.
- A notebook whose data sets are not the ones its outputs were stored from is executed only.

A notebook fails as well if a cell was never run, if cells are out of the order of their run, or if it trains or
compiles (`fit`, `jit_compile`) and XLA compiled no program in it, counted from outside by XLA's own dump.
"""

import base64
import difflib
import io
import os
import re
import shutil
import tempfile
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

from tests.tools.environment import environment
from tests.tools.normal_form import fingerprints
from tests.tools.notebooks import code_cells

DEFAULT_RTOL = 1e-6  # measured drift: none in the digits that are printed
FIGURE_TOLERANCE = 0.1  # measured drift: 0.02
BLOCK = 8
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)(?!\.?\w)")
COMPILES = re.compile(r"jit_compile|\.fit\(")
TAGS = {"same-machine", "nbval-ignore-output"}


def drift(stored: str, new: str) -> tuple[float, float]:
    """Return the difference of two printed numbers, relative and in units of the last digit of the stored one."""
    a, b = (Decimal(text.replace("−", "-").replace(",", "")) for text in (stored, new))
    difference = abs(float(a - b))
    if difference == 0:
        return 0.0, 0.0
    relative = difference / abs(float(a)) if a else float("inf")
    return relative, float(abs(a - b).scaleb(-a.as_tuple().exponent))


def number_difference(stored: str, new: str, rtol: float | None = None) -> str | None:
    """Return by how much two printed numbers differ if that is too much, else None.

    Args:
        stored, new: as printed, for example "0.360" or "-1.5e-03".
        rtol: the cell's own tolerance; None for the default one, which allows no flip of the last digit.
    """
    relative, units = drift(stored, new)
    if relative <= (DEFAULT_RTOL if rtol is None else rtol) or (rtol is not None and units < 1.001):
        return None
    allowed = f"{DEFAULT_RTOL if rtol is None else rtol:g}"
    return f"{stored} stored, {new} new: relative difference {relative:.2g}, allowed {allowed}"


def text_difference(stored: str, new: str, rtol: float | None = None) -> str | None:
    """Return what differs between two texts beyond the tolerance for numbers, else None."""
    if NUMBER.sub("#", stored) != NUMBER.sub("#", new):
        return "the words differ:\n" + _diff(stored, new)
    pairs = zip(NUMBER.findall(stored), NUMBER.findall(new), strict=True)
    wrong = [line for a, b in pairs if (line := number_difference(a, b, rtol))]
    return "\n".join([*wrong, _diff(stored, new)]) if wrong else None


def pixels(png: str) -> np.ndarray:
    """Return a PNG in base64 as an array (height, width, 3), 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), float)


def figure_difference(stored: str, new: str) -> str | None:
    """Return what differs between two figures, PNG in base64, beyond `FIGURE_TOLERANCE`, else None."""
    a, b = pixels(stored), pixels(new)
    if a.shape != b.shape:
        return f"figure of {a.shape[1]}×{a.shape[0]} pixels stored, {b.shape[1]}×{b.shape[0]} new"
    worst = largest_block_difference(a, b)
    if worst <= FIGURE_TOLERANCE:
        return None
    return f"figures differ by {worst:.1f} of 255 in a block of {BLOCK}×{BLOCK} pixels, allowed {FIGURE_TOLERANCE:g}"


def largest_block_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest mean absolute difference over blocks of 8 × 8 pixels; a, b: (height, width, 3), 0 to 255."""
    difference = np.abs(a - b).mean(axis=2)
    rows, columns = (-size % BLOCK for size in difference.shape)
    padded = np.pad(difference, ((0, rows), (0, columns)))
    blocks = padded.reshape(padded.shape[0] // BLOCK, BLOCK, -1, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())


def _diff(stored: str, new: str) -> str:
    return "\n".join(difflib.unified_diff(stored.splitlines(), new.splitlines(), "stored", "new", lineterm="", n=1))


def parts(outputs) -> list[tuple[str, str]]:
    """Flatten outputs into (kind, content), in order: kind is a stream's name, "error" or a MIME type."""
    found = []
    for output in outputs:
        if output.output_type == "stream":
            found.append((output.name, output.text))
        elif output.output_type == "error":
            found.append(("error", f"{output.ename}: {output.evalue}"))
        else:
            found += sorted((kind, "".join(content)) for kind, content in output.data.items())
    return found


def outputs_difference(stored, new, rtol: float | None = None) -> str | None:
    """Return what differs between the outputs of a cell, stored and new, else None."""
    for a, b in zip_longest(parts(stored), parts(new)):
        if b is None:
            return f"stored, but not printed now ({a[0]}): {a[1][:300]}"
        if a is None:
            return f"printed now, but not stored ({b[0]}): {b[1][:300]}"
        if a[0] != b[0]:
            return f"{a[0]} stored, {b[0]} new: {b[1][:300]}"
        compare = figure_difference if a[0] == "image/png" else lambda s, n: text_difference(s, n, rtol)
        if difference := compare(a[1], b[1]):
            return f"{a[0]}: {difference}"
    return None


def tolerance(tags: list[str]) -> float | None:
    """Return the number in a tag such as `rtol=0.001`, None without one.

    Raises:
        ValueError: if a tag has no meaning, so that a misspelled one is not passed over.
    """
    others = [tag for tag in tags if tag not in TAGS]
    if not others:
        return None
    if len(others) > 1 or not re.fullmatch(r"rtol=0\.\d+", others[0]):
        raise ValueError(f"Expected tags {sorted(TAGS)} or one such as rtol=0.001, received {others}.")
    return float(others[0].removeprefix("rtol="))


class Report:
    """What was compared, executed only and ignored, for the summary."""

    def __init__(self):
        self.why_executed_only: dict[str, str] = {}
        self.programs: dict[str, int] = {}
        self.compared = 0
        self.ignored: list[str] = []
        self.other_machine: list[str] = []

    def lines(self) -> list[str]:
        """Return the summary, a line each: notebooks, cells, programs compiled by XLA."""
        compared = len(self.programs) - len(self.why_executed_only)
        why = "; ".join(f"{name}: {reason}" for name, reason in self.why_executed_only.items())
        first = f"notebooks: {compared} compared, {len(self.why_executed_only)} only executed and checked"
        lines = [first + (f" ({why})" if why else "")]
        lines.append(
            f"cells: {self.compared} compared; {len(self.ignored)} ignored, as they print wall-clock times "
            f"({', '.join(self.ignored) or 'none'}); {len(self.other_machine)} only executed, as they hold on the "
            f"machine that stored them ({', '.join(self.other_machine) or 'none'})"
        )
        counts = ", ".join(f"{name} {count}" for name, count in self.programs.items())
        return [*lines, f"programs compiled by XLA: {counts}"]


REPORT = Report()
_setup, _teardown = IPyNbFile.setup, IPyNbFile.teardown


def data_mismatch(notebook) -> str:
    """Return which data sets are not those that the outputs were stored from, "" if all are."""
    stored = notebook.metadata.get("course", {}).get("data", {})
    here = fingerprints(notebook)
    return ", ".join(f"other data for {name}" for name in here if here[name] != stored.get(name))


def setup(self: IPyNbFile) -> None:
    """Start the kernel with XLA's dump switched on; find out whether the data are those of the stored outputs."""
    name = self.path.stem
    if reason := data_mismatch(self.nb):
        REPORT.why_executed_only[name] = reason
    self.dump = Path(tempfile.mkdtemp(prefix="xla-programs-"))
    flags = os.environ.get("XLA_FLAGS")
    os.environ["XLA_FLAGS"] = f"{flags or ''} --xla_dump_to={self.dump}"
    try:
        _setup(self)
    finally:
        del os.environ["XLA_FLAGS"]
        if flags is not None:
            os.environ["XLA_FLAGS"] = flags


def teardown(self: IPyNbFile) -> None:
    """Stop the kernel and count the programs that XLA compiled in it."""
    _teardown(self)
    REPORT.programs[self.path.stem] = programs = len(list(self.dump.glob("*before_optimizations.txt")))
    shutil.rmtree(self.dump)
    if not programs and any(COMPILES.search(cell.source) for cell in code_cells(self.nb)):
        pytest.fail(f"{self.path.name}: XLA compiled no program. Is jit_compile=True missing?", pytrace=False)


def compare_outputs(self: IPyNbCell, test, ref, skip_compare=None) -> bool:
    """Compare the outputs of a cell; nbval calls this with the new and the stored ones."""
    tags = self.cell.metadata.get("tags", [])
    name = self.parent.path.stem
    if name in REPORT.why_executed_only:
        return True
    if "same-machine" in tags and self.parent.nb.metadata["course"]["environment"] != environment():
        REPORT.other_machine.append(f"{name[:2]} [{self.cell_num + 1}]")
        return True
    REPORT.compared += 1
    difference = outputs_difference(ref, test, tolerance(tags))
    self.comparison_traceback = [difference or ""]
    return difference is None


IPyNbFile.setup, IPyNbFile.teardown, IPyNbCell.compare_outputs = setup, teardown, compare_outputs


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a cell that was never run, or not in its place: nbval would pass it without comparing."""
    if isinstance(item, IPyNbCell):
        if item.cell.execution_count != item.cell_num + 1:
            pytest.fail(f"stored as run {item.cell.execution_count}, expected {item.cell_num + 1}", pytrace=False)
        if not item.options["check"]:
            REPORT.ignored.append(f"{item.parent.path.stem[:2]} [{item.cell_num + 1}]")


def pytest_terminal_summary(terminalreporter) -> None:
    """End with what was compared."""
    if REPORT.programs:
        terminalreporter.section("comparison of notebooks")
        for line in REPORT.lines():
            terminalreporter.write_line(line)
