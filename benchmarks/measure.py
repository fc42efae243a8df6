"""What the benchmark scripts share: the functions of a notebook, a curve over training, a results file."""

import ast
import linecache
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd

from tests.tools import environment
from utils.runtime import keras  # started quietly

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results")


def definitions(notebook: str) -> dict:
    """Return the names that a notebook defines by imports, functions, classes, literals and NAMES IN CAPITALS.

    So a script measures the code that the reader sees, without a copy of it.

    Args:
        notebook: the file's name, such as "03_mnist_cnn".
    """
    cells = nbformat.read(ROOT / "notebooks" / f"{notebook}.ipynb", as_version=4).cells
    namespace = {"__name__": notebook}
    for number, cell in enumerate(cells):
        if cell.cell_type == "code":
            file = f"<{notebook}, cell {number}>"
            linecache.cache[file] = len(cell.source), None, cell.source.splitlines(keepends=True), file  # for AutoGraph
            kept = [node for node in ast.parse(cell.source).body if _defines(node)]
            exec(compile(ast.Module(kept, type_ignores=[]), file, "exec"), namespace)
    return namespace


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Tuple)):
        return _is_literal(node.value) or ast.unparse(node.targets[0]).isupper()
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def accuracy(images, labels, *, name: str = "test_accuracy", predict=None) -> Callable[[keras.Model], dict]:
    """Return a function from a model to {name: its accuracy on the images}.

    `predict(model, images)` returns logits or probabilities, shape (n, classes).
    """
    predict = predict or (lambda model, images: model.predict(images, batch_size=500, verbose=0))
    return lambda model: {name: float((predict(model, images).argmax(axis=1) == labels).mean())}


class Curve(keras.callbacks.Callback):
    """Record `evaluate(model)`, a dict, after the steps in `at` and at the end, and the training seconds until then.

    The seconds start before the first step, so they include compilation; those of evaluating are left out.
    """

    def __init__(self, evaluate: Callable[[keras.Model], dict], *, at: set[int]):
        super().__init__()
        self.evaluate, self.at = evaluate, at

    def on_train_begin(self, logs=None):
        self.rows, self.steps, self.start = [], 0, time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps in self.at:
            self.record()

    def on_train_end(self, logs=None):
        if not self.rows or self.rows[-1]["step"] != self.steps:
            self.record()

    def record(self):
        now = time.perf_counter()
        row = {"step": self.steps, "seconds": round(now - self.start, 2)} | self.evaluate(self.model)
        print(row, flush=True)
        self.rows.append(row)
        self.start += time.perf_counter() - now


def median_seconds(step: Callable[[], object], steps: int = 100) -> float:
    """Return the median time of a training step, which must wait for its result; the first three are left out."""
    times = []
    for _ in range(steps + 3):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return float(np.median(times[3:]))


def speeds(name: str, variants: list[dict], speed: Callable[..., float], *, unit: str, about: str) -> None:
    """Measure `speed(**variant)` of every variant with three seeds, and write the rows, the speed under `unit`."""
    rows = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        for variant in variants:
            rows.append({"seed": seed} | variant | {unit: round(speed(**variant))})
            print(rows[-1], flush=True)
    write(name, rows, about)


def write(name: str, rows: list[dict], about: str) -> None:
    """Write rows as results/NAME.csv, under comment lines that name the program, the machine and the versions."""
    here = environment.environment()
    machine = f"{here['cores']} cores ({here['cpu']}), Python {here['python']}, {here['packages']}"
    table = pd.DataFrame(rows).to_csv(index=False)
    (RESULTS / f"{name}.csv").write_text(f"# {about}\n# measured on {machine}\n{table}")
