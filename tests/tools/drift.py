"""Measure how far outputs drift from the stored ones with other threads and instruction sets.

python -m tests.tools.drift [NB ...]

For each environment and each code cell that drifts: the largest relative difference of a number, how many units of its
last printed digit that is, and the largest difference of a figure. The tags `rtol=…` and `FIGURE_TOLERANCE` of
tests/tools/comparison.py come from this table. Linux only.
"""

import os
import sys
from contextlib import contextmanager

import nbformat
from nbval.plugin import coalesce_streams

from tests.tools import comparison, notebooks

AVX2_XLA = {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
AVX2_NUMPY = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL", "OPENBLAS_CORETYPE": "Haswell"}
ENVIRONMENTS = {  # name: (usable cores or None for all, environment variables)
    "as it is": (None, {}),
    "one core": (1, {}),
    "XLA and oneDNN without AVX-512": (None, AVX2_XLA),
    "NumPy and its BLAS without AVX-512": (None, AVX2_NUMPY),
    "all of these": (1, AVX2_XLA | AVX2_NUMPY),
}


@contextmanager
def restricted(cores: int | None, variables: dict[str, str]):
    """Restrict this process, and the kernels that it starts, to some cores and environment variables."""
    kept, affinity = dict(os.environ), os.sched_getaffinity(0)
    try:
        os.environ.update(variables)
        os.sched_setaffinity(0, sorted(affinity)[:cores])
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
        os.sched_setaffinity(0, affinity)


def cell_drift(stored, new) -> str:
    """Return how two lists of outputs differ, "" if they do not."""
    found = []
    new = coalesce_streams(new)
    if [kind for kind, _ in comparison.parts(stored)] != [kind for kind, _ in comparison.parts(new)]:
        return "other outputs"
    for (kind, a), (_, b) in zip(comparison.parts(stored), comparison.parts(new), strict=True):
        if kind == "image/png":
            difference = comparison.largest_block_difference(*(comparison.pixels(png) for png in (a, b)))
            found += [f"figure {difference:.2f}"] if difference else []
        elif comparison.NUMBER.sub("#", a) != comparison.NUMBER.sub("#", b):
            found.append("the words differ")
        else:
            pairs = zip(comparison.NUMBER.findall(a), comparison.NUMBER.findall(b), strict=True)
            drifts = [comparison.drift(x, y) for x, y in pairs]
            if drifts and max(drifts) > (0, 0):
                relative, units = max(drifts)
                found.append(f"relative {relative:.1e}, {units:.0f} units of the last digit")
    return "; ".join(found)


def main() -> int:
    """Print the table for the named notebooks, or for all."""
    for name, (cores, variables) in ENVIRONMENTS.items():
        print(f"== {name}", flush=True)
        for path in notebooks.paths(*sys.argv[1:]):
            stored = nbformat.read(path, as_version=4)
            new = nbformat.read(path, as_version=4)
            with restricted(cores, variables):
                run = notebooks.execute(new, path.stem)
            print(f"{path.stem}: {run.error or f'{run.seconds:.0f} s'}")
            if run.error:
                continue
            cells = zip(notebooks.code_cells(stored), notebooks.code_cells(new), strict=True)
            for number, (a, b) in enumerate(cells, 1):
                if "nbval-ignore-output" not in a.metadata.get("tags", []) and (
                    text := cell_drift(a.outputs, b.outputs)
                ):
                    print(f"  [{number}] {a.metadata.get('tags', '')}: {text}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
