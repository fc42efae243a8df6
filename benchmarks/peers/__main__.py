"""Measure this collection beside what a reader could use instead: `make bench`, or python -m benchmarks.peers [NAME …]

Every contestant has a process of its own, with all cores. All processes of a workload are started one after the other;
then they take turns, so that what slows the computer down for a while slows all of them. A contestant whose parameters,
losses or tokens differ from this collection's stops the measurement. PyTorch and JAX come from the environments that
`make bench` creates in build/. With names, their rows are measured again and the others in the results file stay; with
--rounds 1 the results are printed and not written.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import measure
from benchmarks.peers.workloads import WORKLOADS
from tools import environment
from utils import results

ROOT = Path(__file__).parents[2]
TORCH, JAX = (ROOT / "build" / "peers" / name / "bin" / "python" for name in ("torch", "jax"))
CONTESTANTS = {  # name: the Python and the module that it runs in
    "course": (sys.executable, "with_keras"),
    "keras xla": (sys.executable, "with_keras"),
    "keras": (sys.executable, "with_keras"),
    "tf graph": (sys.executable, "with_keras"),
    "torch": (TORCH, "with_torch"),
    "torch channels last": (TORCH, "with_torch"),
    "torch compile": (TORCH, "with_torch"),
    "torch bfloat16": (TORCH, "with_torch"),
    "jax": (JAX, "with_jax"),
}
IMAGES = {"cifar10_article", "cifar10_recipe", "mnist_article", "gan"}
TOLERANCE = 0.01  # of the losses: the GAN's differ by 0.007 after ten steps, all others by less than 0.0004


def takes_part(contestant: str, name: str) -> bool:
    """Return whether a contestant can do a workload."""
    if contestant == "torch channels last":
        return name in IMAGES
    if contestant == "torch bfloat16":
        return name == "smollm2_writes"
    return not (contestant.startswith("keras") and WORKLOADS[name].generates)


class Contestant:
    """A process that works when it is asked to."""

    def __init__(self, contestant: str, name: str, weights: Path):
        python, module = CONTESTANTS[contestant]
        command = [str(python), "-m", f"benchmarks.peers.{module}", name, contestant, str(weights)]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (open as long as the process)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.log}
        self.process = subprocess.Popen(command, text=True, cwd=ROOT, **pipes)
        self.name, self.seconds = contestant, []
        self.report = self.answer()

    def ask(self, line: str) -> dict:
        """Return the answer to a line."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict:
        """Return the next answer; raise RuntimeError with what the process wrote if it has ended."""
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise RuntimeError(f"{self.name} has ended without an answer:\n{self.log.read()[-3_000:]}")
        return json.loads(line)

    def end(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def check(contestant: Contestant, ours: Contestant, generates: bool) -> float:
    """Return the largest relative difference of the losses, or the share of other tokens.

    Raises:
        RuntimeError: if a contestant does not do the same work.
    """
    there, here = contestant.report, ours.report
    if there["parameters"] != here["parameters"]:
        numbers = f"{here['parameters']:,} parameters, received {there['parameters']:,}"
        raise RuntimeError(f"{contestant.name}: expected {numbers}.")
    left, right = np.array(there["results"]), np.array(here["results"])
    difference = np.mean(left != right) if generates else np.max(np.abs(left - right) / np.abs(right))
    # Rounding, and bfloat16 all the more, may choose another of two nearly equal tokens, after which all may differ.
    if not generates and not difference <= TOLERANCE:
        raise RuntimeError(f"{contestant.name}: losses {left}, expected {right}.")
    if generates and contestant.name != "torch bfloat16" and left[:4].tolist() != right[:4].tolist():
        raise RuntimeError(f"{contestant.name}: tokens {left}, expected {right}.")
    return float(difference)


def measured(name: str, rounds: int) -> list[dict]:
    """Return a row for each contestant of a workload."""
    workload, rows = WORKLOADS[name], []
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        weights = Path(scratch) / "weights.npz"
        subprocess.run(
            [sys.executable, "-m", "benchmarks.peers.with_keras", name, "write", weights], cwd=ROOT, check=True
        )
        contestants = []
        for contestant in (contestant for contestant in CONTESTANTS if takes_part(contestant, name)):
            contestants.append(Contestant(contestant, name, weights))
            stack.callback(contestants[-1].end)
        differences = [check(one, contestants[0], workload.generates) for one in contestants]
        for number in range(rounds + 1):
            for one in contestants if number % 2 else contestants[::-1]:
                seconds = one.ask(f"time {workload.block}")["seconds"]
                one.seconds += [seconds] if number else []  # the first round warms up
        for one, difference in zip(contestants, differences, strict=True):
            speeds = workload.block * workload.examples / np.array(one.seconds)
            ratio = np.median(np.array(one.seconds) / np.array(contestants[0].seconds))
            row = {"workload": name, "contestant": one.name, "time_by_ours": round(float(ratio), 3)}
            row |= {"per_second": round(float(np.median(speeds)), 1), "unit": workload.unit}
            row |= {"lowest": round(float(speeds.min()), 1), "highest": round(float(speeds.max()), 1)}
            row |= {"gflops": round(float(np.median(speeds)) * workload.flops / 1e9, 1)}
            row |= {"first_step_seconds": round(one.report["compile_seconds"], 2)}
            row |= {"parameters": one.report["parameters"], "difference": round(difference, 6)}
            row |= one.ask("quit")
            rows.append(row)
            print(row, flush=True)
    return rows


def ceilings() -> dict[str, float]:
    """Return the highest measured GFLOP/s of a float32 product of 2,048 × 2,048 matrices, and GB/s from memory."""
    from utils import timing
    from utils.runtime import tf

    matrix, memory = tf.random.normal((2048, 2048)), tf.random.normal((128, 1024, 1024))
    product, total = (tf.function(way, jit_compile=True) for way in (lambda x: x @ x, tf.reduce_sum))
    ways = {"XLA": lambda: product(matrix).numpy(), "TensorFlow": lambda: (matrix @ matrix).numpy()}
    ways["memory"] = lambda: total(memory).numpy()
    seconds = timing.median_seconds(ways, rounds=15, warm_up=2)
    fastest = min(seconds["XLA"], seconds["TensorFlow"])
    found = {"gflops": 2 * 2048**3 / fastest / 1e9, "gigabytes": 2**29 / seconds["memory"] / 1e9}
    return {name: round(value, 1) for name, value in found.items()}


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw the time of each contestant as a multiple of this collection's."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from utils import plotting

    plt.style.use(ROOT / "utils" / "course.mplstyle")
    fig, ax = plt.subplots(figsize=(9, 4.5))
    others = table[table.contestant != "course"]
    multiples = others.pivot(index="workload", columns="contestant", values="time_by_ours")
    multiples = multiples.loc[others.workload.unique(), others.contestant.unique()]
    plotting.plot_multiples(ax, multiples, title="The same training steps and texts, by other programs")
    fig.savefig(path, dpi=100)


def main() -> None:
    """Run the command line described above."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(WORKLOADS)}")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    names = arguments.names or list(WORKLOADS)
    if unknown := set(names) - set(WORKLOADS):
        parser.error(f"Expected names of {', '.join(WORKLOADS)}, received {', '.join(unknown)}.")
    for python in (TORCH, JAX):
        if not python.exists():
            parser.error(f"Expected {python}, found no such file. Run: make bench")
    found = ceilings()
    print(found, flush=True)
    rows = [row for name in names for row in measured(name, arguments.rounds)]
    table = pd.DataFrame(rows)
    print(table.pivot(index="workload", columns="contestant", values="time_by_ours").loc[names].to_string())
    if arguments.rounds == 1:
        return
    path = results.FOLDER / "peers" / "speed.csv"
    if arguments.names and path.exists():
        kept = results.read("peers/speed")
        table = pd.concat([kept[~kept.workload.isin(names)], table])
        table = table.sort_values("workload", key=lambda column: column.map(list(WORKLOADS).index), kind="stable")
    versions = subprocess.run(
        [TORCH, "-c", "import torch; print('torch', torch.__version__)"], capture_output=True, text=True, check=True
    ).stdout.strip()
    packages = ("jax", "flax", "optax")
    code = f"from importlib.metadata import version as v; print(', '.join(f'{{n}} {{v(n)}}' for n in {packages}))"
    versions += ", " + subprocess.run([JAX, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    ceiling = f"{found['gflops']} GFLOP/s in a matrix product, {found['gigabytes']} GB/s from memory"
    header = {
        "command": "make bench",
        "data": "none",
        "digest": f"none: {versions}",
        "machine": f"{environment.described(environment.environment())}; {ceiling}",
    }
    measure.write(path, table.to_dict("records"), header)
    draw(table, path.with_suffix(".png"))


if __name__ == "__main__":
    main()
