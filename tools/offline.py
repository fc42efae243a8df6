"""Choose the notebooks that CI executes once more without data.

python -m tools.offline        prints their paths; on standard error, why

All that load data and whose code changed in the last commits, and a third of the others that load data, which goes on
with the number of commits: three commits in a row cover all.
"""

import json
import subprocess
import sys

from tools import notebooks
from utils.data_sets import DATA_SETS

RECENT = 10  # commits


def git(*arguments: str) -> list[str]:
    """Return the lines that a git command prints."""
    command = ["git", "-C", str(notebooks.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def code(text: str) -> list[list[str]]:
    """Return the sources of the code cells of a notebook's text."""
    return [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def choose(names: list[str], changed: set[str], commits: int) -> tuple[list[str], list[str]]:
    """Return which of `names` were changed, and this commit's third of the others, both in order."""
    recent = [name for name in names if name in changed]
    others = [name for name in names if name not in changed]
    return recent, others[commits % 3 :: 3]


def main() -> int:
    """Print the paths."""
    loading = []
    for path in notebooks.paths():
        sources = [DATA_SETS[name].source for name in notebooks.data_sets(notebooks.read(path))]
        if any(source is not None for source in sources):
            loading.append(path.name)
    oldest = git("rev-list", f"-{RECENT + 1}", "HEAD")[-1]
    changed = set()
    for name in loading:
        path = f"notebooks/{name}"
        before = git("ls-tree", "--name-only", oldest, path) and "\n".join(git("show", f"{oldest}:{path}"))
        if not before or code(before) != code((notebooks.ROOT / path).read_text(encoding="utf8")):
            changed.add(name)
    recent, turn = choose(loading, changed, int(git("rev-list", "--count", "HEAD")[0]))
    print(
        f"without data: code changed lately {', '.join(recent) or 'none'}; in turn {', '.join(turn) or 'none'}",
        file=sys.stderr,
    )
    print(*(notebooks.FOLDER / name for name in [*recent, *turn]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
