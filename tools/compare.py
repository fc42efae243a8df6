"""Compare the outputs of a cell with the stored ones: pure functions.

- Text is equal to the character, integers included.
- Numbers with a decimal point or an exponent are equal within a relative tolerance of `DEFAULT_RTOL`. Tags of the cell
  widen it: `rtol[last epoch]=0.02` for lines that contain these words, `rtol=0.001` for all others. There one unit of
  the last printed digit is allowed too: rounding may flip it.
- Figures have the same size, and no block of 8 × 8 pixels differs on average by more than `FIGURE_TOLERANCE` of 255, or
  by more than a tag such as `figure=2` allows.
- A cell tagged `same-machine` is compared like this where its outputs were stored; elsewhere only its form is: the
  kinds of outputs, the number of lines, the size of figures.

The tolerances come from `make drift`.
"""

import base64
import difflib
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest

import numpy as np
from PIL import Image

DEFAULT_RTOL = 1e-6  # measured drift: none in the digits that are printed
FIGURE_TOLERANCE = 0.1  # measured drift: 0.02
BLOCK = 8
NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)(?!\.?\w)")
TAGS = {"export", "same-machine", "nbval-ignore-output"}
RTOL = re.compile(r"rtol(?:\[(?P<words>[^\]]+)\])?=(?P<value>0\.\d+)")
FIGURE = re.compile(r"figure=(?P<value>\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Tolerance:
    """What the tags of a cell allow: by words of a line, for all other lines, and for figures."""

    by_words: dict[str, float] = field(default_factory=dict)
    other: float | None = None
    figure: float = FIGURE_TOLERANCE

    def of(self, line: str) -> float | None:
        """Return the relative tolerance of a line; None for the default one, which allows no flip of the last digit."""
        return next((rtol for words, rtol in self.by_words.items() if words in line), self.other)


def tolerance(tags: list[str]) -> Tolerance:
    """Return what the tags of a cell allow.

    Raises:
        ValueError: if a tag has no meaning or two have the same one, so that a misspelled one is not passed over.
    """
    by_words, figure = {}, None
    for tag in tags:
        if tag in TAGS:
            continue
        if (match := RTOL.fullmatch(tag)) and match["words"] not in by_words:
            by_words[match["words"]] = float(match["value"])
        elif (match := FIGURE.fullmatch(tag)) and figure is None:
            figure = float(match["value"])
        else:
            raise ValueError(
                f"Expected tags {sorted(TAGS)}, rtol=0.001, rtol[words]=0.001 or figure=2, received {tags}."
            )
    other = by_words.pop(None, None)
    return Tolerance(by_words, other, FIGURE_TOLERANCE if figure is None else figure)


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
        rtol: the line's own tolerance; None for the default one, which allows no flip of the last digit.
    """
    relative, units = drift(stored, new)
    if relative <= (DEFAULT_RTOL if rtol is None else rtol) or (rtol is not None and units < 1.001):
        return None
    allowed = f"{DEFAULT_RTOL if rtol is None else rtol:g}"
    return f"{stored} stored, {new} new: relative difference {relative:.2g}, allowed {allowed}"


def text_difference(stored: str, new: str, allowed: Tolerance = Tolerance()) -> str | None:
    """Return what differs between two texts beyond the tolerance for numbers, else None."""
    if NUMBER.sub("#", stored) != NUMBER.sub("#", new):
        return "the words differ:\n" + _diff(stored, new)
    wrong = [
        line
        for before, after in zip(stored.splitlines(), new.splitlines(), strict=True)
        for a, b in zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
        if (line := number_difference(a, b, allowed.of(before)))
    ]
    return "\n".join([*wrong, _diff(stored, new)]) if wrong else None


def pixels(png: str) -> np.ndarray:
    """Return a PNG in base64 as an array (height, width, 3), 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), float)


def figure_difference(stored: str, new: str, allowed: float = FIGURE_TOLERANCE) -> str | None:
    """Return what differs between two figures, PNG in base64, beyond the tolerance, else None."""
    a, b = pixels(stored), pixels(new)
    if a.shape != b.shape:
        return f"figure of {_size(a)} pixels stored, {_size(b)} new"
    worst = largest_block_difference(a, b)
    if worst <= allowed:
        return None
    return f"figures differ by {worst:.1f} of 255 in a block of {BLOCK}×{BLOCK} pixels, allowed {allowed:g}"


def figure_drift(stored: str, new: str) -> float:
    """Return the largest difference of a block of two figures, PNG in base64; infinite if their sizes differ."""
    a, b = pixels(stored), pixels(new)
    return largest_block_difference(a, b) if a.shape == b.shape else float("inf")


def largest_block_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest mean absolute difference over blocks of 8 × 8 pixels; a, b: (height, width, 3), 0 to 255."""
    difference = np.abs(a - b).mean(axis=2)
    rows, columns = (-size % BLOCK for size in difference.shape)
    padded = np.pad(difference, ((0, rows), (0, columns)))
    blocks = padded.reshape(padded.shape[0] // BLOCK, BLOCK, -1, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())


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


def outputs_difference(stored, new, allowed: Tolerance = Tolerance()) -> str | None:
    """Return what differs between the outputs of a cell, stored and new, else None."""
    for a, b in zip_longest(parts(stored), parts(new)):
        if b is None:
            return f"stored, but not printed now ({a[0]}): {a[1][:300]}"
        if a is None:
            return f"printed now, but not stored ({b[0]}): {b[1][:300]}"
        if a[0] != b[0]:
            return f"{a[0]} stored, {b[0]} new: {b[1][:300]}"
        if a[0] == "image/png":
            difference = figure_difference(a[1], b[1], allowed.figure)
        else:
            difference = text_difference(a[1], b[1], allowed)
        if difference:
            return f"{a[0]}: {difference}"
    return None


def form(outputs) -> list[str]:
    """Return the form of a cell's outputs: of each its kind, and the size of a figure or the number of lines."""
    return [
        f"{kind}, {_size(pixels(text))}" if kind == "image/png" else f"{kind}, {len(text.splitlines())} lines"
        for kind, text in parts(outputs)
    ]


def form_difference(stored, new) -> str | None:
    """Return what differs between the forms of two cells' outputs, else None."""
    a, b = form(stored), form(new)
    return None if a == b else f"outputs of another form: {a} stored, {b} new"


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]}×{image.shape[0]}"


def _diff(stored: str, new: str) -> str:
    return "\n".join(difflib.unified_diff(stored.splitlines(), new.splitlines(), "stored", "new", lineterm="", n=1))
