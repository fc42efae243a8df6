"""One look for the curves and images of every notebook."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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


def show_images(
    images: np.ndarray, titles: Sequence = (), *, columns: int = 8, signed: bool = False, title: str = ""
) -> Figure:
    """Draw images in rows of `columns`, 9 inches wide, each with its title; return the figure.

    Args:
        images: (n, height, width), drawn in gray, or (n, height, width, 3), drawn in color. uint8 from 0 (black) to 255
            (white); other gray images from the smallest to the largest value of all of them.
        titles: one for each image, or none.
        columns: images in a row, at least 1.
        signed: draw gray images in red (positive) and blue (negative), zero white, on a common scale.
        title: the finding, in words, over the whole figure.

    Raises:
        ValueError: if `images` has another shape, or `titles` another number.
    """
    images = np.asarray(images)
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] == 3):
        raise ValueError(f"Expected images (n, height, width) or (n, height, width, 3), received shape {images.shape}.")
    if len(titles) not in (0, len(images)):
        raise ValueError(f"Expected no titles or {len(images)}, received {len(titles)}.")
    low, high = (0, 255) if images.dtype == np.uint8 else (images.min(), images.max())
    low, high = (-abs(images).max(), abs(images).max()) if signed else (low, high)
    rows = -(-len(images) // columns)
    lines = max([str(text).count("\n") + 1 for text in titles], default=0)
    height = rows * (9 / columns * images.shape[1] / images.shape[2] + 0.17 * lines + 0.08) + (0.3 if title else 0)
    figure, axes = plt.subplots(rows, columns, figsize=(9, height), squeeze=False)
    figure.suptitle(title, fontsize=11)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image in zip(axes.flat, images, strict=False):
        ax.imshow(image, cmap="RdBu_r" if signed else "gray", vmin=low, vmax=high)
    for ax, text in zip(axes.flat, titles, strict=False):
        ax.set_title(text, fontsize=10)
    return figure


def plot_multiples(ax: Axes, multiples, *, title: str) -> Axes:
    """Draw times as multiples of ours, a marker for each other program, on a logarithmic axis; return `ax`.

    Args:
        ax: where to draw.
        multiples: a pandas table (tasks, programs) of times divided by ours; what was not measured is NaN.
        title: the finding, in words.

    Raises:
        ValueError: if there are more than eight programs.
    """
    markers = "osDv^<>P"
    if len(multiples.columns) > len(markers):
        raise ValueError(f"Expected at most {len(markers)} programs, received {len(multiples.columns)}.")
    places = np.arange(len(multiples))
    for marker, (name, times) in zip(markers, multiples.items(), strict=False):
        ax.plot(times, places, marker, label=name, alpha=0.8)
    ax.axvline(1, color="black", linewidth=1)
    ticks = (0.5, 1, 2, 5, 10)
    names = [task.replace("_", " ") for task in multiples.index]
    ax.set(xscale="log", xticks=ticks, xticklabels=ticks, yticks=places, yticklabels=names)
    ax.set(title=title, xlabel="time, as a multiple of ours")
    ax.minorticks_off()
    ax.invert_yaxis()
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax
