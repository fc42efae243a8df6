"""`make check` stays fast: it imports no TensorFlow."""

import subprocess
import sys

from tools import notebooks

CODE = """
import importlib, pathlib, sys
for path in pathlib.Path("tests/structure").glob("test_*.py"):
    importlib.import_module(f"tests.structure.{path.stem}")
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
"""


def test_these_tests_import_no_tensorflow():
    run = subprocess.run([sys.executable, "-c", CODE], cwd=notebooks.ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
