"""Measure times so that they can be compared: in turns, and by their median."""

import time
from collections.abc import Callable, Mapping

import numpy as np


def median_seconds(ways: Mapping[str, Callable[[], object]], *, rounds: int = 9, warm_up: int = 1) -> dict[str, float]:
    """Return the median time of a call of each way, in seconds.

    The ways take turns, so that what slows the computer down for a while slows all of them down.

    Args:
        ways: name → a function without arguments. One that starts work elsewhere must wait for its result, for example
            by `.numpy()`.
        rounds: calls of each way that count, at least 1.
        warm_up: calls of each way before that, which trace and compile; at least 0.

    >>> sorted(median_seconds({"sum": lambda: sum(range(10)), "nothing": lambda: None}, rounds=3))
    ['nothing', 'sum']
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(warm_up + rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return {name: float(np.median(values[warm_up:])) for name, values in times.items()}
