"""The fingerprint of an environment: what can change the digits that a notebook prints."""

import functools
import hashlib
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "pandas", "matplotlib")
# Variables that choose the instructions of XLA, oneDNN, NumPy and its BLAS.
VARIABLES = ("XLA_FLAGS", "ONEDNN_MAX_CPU_ISA", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")


def usable_cores() -> int:
    """Return the number of cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def cpu() -> tuple[str, str]:
    """Return the CPU's model name and a short hash of its features."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        fields = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
        fields = {name.strip(): value.strip() for name, value in fields.items()}
        model = fields.get("model name", "unknown")
        features = fields.get("flags", fields.get("Features", ""))
    elif platform.system() == "Darwin":
        query = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=True)
        model, features = query.stdout.strip(), ""
    else:
        model, features = platform.processor(), ""
    return model, hashlib.sha256(" ".join(sorted(features.split())).encode()).hexdigest()[:16]


def described(here: dict[str, str]) -> str:
    """Return an environment in one line: cores, processor, Python, packages."""
    return f"{here['cores']} cores ({here['cpu']}), Python {here['python']}, {here['packages']}"


@functools.cache
def environment() -> dict[str, str]:
    """Return the fingerprint that is stored in a notebook's metadata and compared with the one here."""
    model, features = cpu()
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "cores": str(usable_cores()),
        "cpu": model,
        "cpu_features": features,
        "variables": ", ".join(f"{name}={os.environ[name]}" for name in VARIABLES if os.environ.get(name)),
    }
