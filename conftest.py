"""For pytest: this folder is importable, and notebooks are compared by tests/plugin.py."""

pytest_plugins = ["tests.plugin"]
