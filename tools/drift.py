"""Measure how far outputs drift from the stored ones with other threads and instruction sets.

python -m tools.drift [NB ...]

For each environment and each line that drifts: the largest relative difference of a number, and how many units of its
last printed digit that is; for each figure the largest difference of a block. "!" marks what the cell's tags do not
allow. The tags `rtol=…` and `figure=…`, and `FIGURE_TOLERANCE` of tools/compare.py, come from this table. Linux only.
"""

import os
import sys
from contextlib import contextmanager

from nbval.plugin import coalesce_streams

from tools import compare, notebooks

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


def cell_drift(stored, new, tags: list[str]) -> list[str]:
    """Return how two lists of outputs differ, a line each."""
    found, allowed = [], compare.tolerance(tags)
    before, after = compare.parts(stored), compare.parts(coalesce_streams(new))
    if [kind for kind, _ in before] != [kind for kind, _ in after]:
        return ["! other outputs"]
    for (kind, a), (_, b) in zip(before, after, strict=True):
        if kind == "image/png":
            difference = compare.figure_drift(a, b)
            mark = "! " if difference > allowed.figure else ""
            found += [f"{mark}figure {difference:.2f}"] if difference > compare.FIGURE_TOLERANCE / 5 else []
        elif compare.NUMBER.sub("#", a) != compare.NUMBER.sub("#", b):
            found.append("! the words differ")
        else:
            for x, y in zip(a.splitlines(), b.splitlines(), strict=True):
                numbers = zip(compare.NUMBER.findall(x), compare.NUMBER.findall(y), strict=True)
                relative, units = max((compare.drift(*pair) for pair in numbers), default=(0, 0))
                if relative:
                    mark = "! " if compare.text_difference(x, y, allowed) else ""
                    found.append(f"{mark}{relative:.1e}, {units:.0f} units: {x[:80]}")
    return found


def main() -> int:
    """Print the table for the named notebooks, or for all."""
    for name, (cores, variables) in ENVIRONMENTS.items():
        print(f"== {name}", flush=True)
        for path in notebooks.paths(*sys.argv[1:]):
            stored, new = notebooks.read(path), notebooks.read(path)
            with restricted(cores, variables):
                run = notebooks.execute(new, path.stem)
            print(f"{path.stem}: {run.error or f'{run.seconds:.0f} s'}")
            if run.error:
                continue
            cells = zip(notebooks.code_cells(stored), notebooks.code_cells(new), strict=True)
            for number, (a, b) in enumerate(cells, 1):
                tags = a.metadata.get("tags", [])
                if "nbval-ignore-output" not in tags:
                    for line in cell_drift(a.outputs, b.outputs, tags):
                        print(f"  [{number}] {tags}: {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
