"""Start TensorFlow quietly and reproducibly; prove that a step was compiled by XLA.

Import this module before `tensorflow` and `keras`: the lines that TensorFlow writes while it starts are
filtered here, and only while it starts.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # no INFO lines; warnings and errors stay

START_UP_NOISE = re.compile(
    r"^I0000 "  # INFO lines written before the log level takes effect
    r"|^WARNING: All log messages before absl::InitializeLog\(\)"
    r"|failed call to cuInit"  # an error line on every machine that has no GPU
)


@contextlib.contextmanager
def filtered_stderr(noise: re.Pattern[str]) -> Iterator[None]:
    """Hold back what is written to file descriptor 2, then pass on every line that does not match `noise`.

    C++ code writes to the descriptor, past `sys.stderr`, so the descriptor itself is redirected.
    """
    with tempfile.TemporaryFile() as held_back:
        saved = os.dup(2)
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            held_back.seek(0)
            for line in held_back.read().decode(errors="replace").splitlines():
                if not noise.search(line):
                    print(line, file=sys.stderr)


with filtered_stderr(START_UP_NOISE):
    import keras
    import tensorflow as tf

    tf.config.list_logical_devices()  # starts the devices, which is when the last of these lines come


def setup(seed: int) -> None:
    """Seed Python, NumPy, TensorFlow and Keras, and give figures the look of the course.

    Figures in a notebook keep the size that they are created with (Jupyter would crop them to their contents).
    """
    import matplotlib.pyplot as plt
    from IPython import get_ipython
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    keras.utils.set_random_seed(seed)
    plt.style.use(Path(__file__).with_name("course.mplstyle"))
    if get_ipython() is not None:
        set_matplotlib_formats("png", bbox_inches=None)


def prove_compiled(step: Callable | keras.Model) -> None:
    """Print that a step has run as a program compiled by XLA.

    The evidence is the traced function itself: it exists only if `tf.function` traced the step, and it carries the
    attribute `_XlaMustCompile`, with which TensorFlow hands it to XLA or fails.

    Args:
        step: a function made by `tf.function(jit_compile=True)` that has been called, or a Keras model that
            has been trained.

    Raises:
        RuntimeError: if the step ran eagerly, ran as a graph without XLA, or has not run yet.
    """
    if isinstance(step, keras.Model):
        name, functions = f"training step of {step.name!r}", _tf_functions(step.train_function)
        functions = [function for function in functions if function.name == "one_step_on_data"]
    else:
        name, functions = getattr(step, "__name__", repr(step)), _tf_functions(step)[:1]
    if tf.config.functions_run_eagerly():
        raise RuntimeError(f"{name}: runs eagerly. Remove tf.config.run_functions_eagerly(True).")
    traces = [trace for function in functions for trace in function._list_all_concrete_functions()]
    if not traces:
        raise RuntimeError(
            f"{name}: no trace of it exists. Run it once before this check, under tf.function(jit_compile=True) or, "
            "for a model, after compile(jit_compile=True) and without run_eagerly."
        )
    if not all(trace.function_def.attr["_XlaMustCompile"].b for trace in traces):
        raise RuntimeError(
            f"{name}: traced, but not compiled by XLA. Pass jit_compile=True; in a model, move layers that XLA cannot "
            "compile (supports_jit = False) to the input pipeline."
        )
    print(f"✓ {name}: compiled by XLA")


def _tf_functions(function: Callable | None) -> list[tf.types.experimental.PolymorphicFunction]:
    """Every `tf.function` reachable from `function` through wrappers and closures, outermost first."""
    found, waiting, seen = [], [function], set()
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if hasattr(current, "experimental_get_tracing_count"):
            found.append(current)
            current = current.python_function
        waiting.append(getattr(current, "__wrapped__", None))
        cells = getattr(current, "__closure__", None) or ()
        waiting.extend(cell.cell_contents for cell in cells if callable(cell.cell_contents))
    return found
