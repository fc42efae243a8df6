"""One look for the curves of every notebook."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)))


def plot_curves(
    ax: Axes,
    curves: Mapping[str, Sequence[float] | tuple[Sequence[float], Sequence[float]]],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
) -> Axes:
    """Draw each curve in its own color and line style, label the axes, add a legend if there are several; return `ax`.

    Args:
        ax: where to draw.
        curves: label → values of shape (n,), drawn against 0 … n − 1, or label → (x, y), both of shape (n,).
        title: the finding, in words.
        xlabel, ylabel: quantity and unit.

    Raises:
        ValueError: if there are no curves, or more than six (split the figure instead).
    """
    if not 1 <= len(curves) <= len(LINE_STYLES):
        raise ValueError(f"Expected 1 to {len(LINE_STYLES)} curves in one plot, received {len(curves)}.")
    for (label, curve), style in zip(curves.items(), LINE_STYLES, strict=False):
        x, y = curve if isinstance(curve, tuple) else (np.arange(len(curve)), curve)
        ax.plot(x, y, linestyle=style, label=label)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if len(curves) > 1:
        ax.legend()
    return ax
