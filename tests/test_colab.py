"""The first cell on Colab: where it is put, and what it does there and elsewhere."""

import subprocess
import sys

import nbformat
import pytest

from tools import colab, notebooks, render

ADDRESS = "https://github.com/owner/name"
COLAB = """
import sys, types
sys.modules["google"], sys.modules["google.colab"] = types.ModuleType("google"), types.ModuleType("google.colab")
"""
LESSON = "\nfrom utils import checks\nimport os\nprint(checks.FOUND, os.listdir())"


@pytest.fixture
def notebook():
    cells = [nbformat.v4.new_markdown_cell("# Title"), nbformat.v4.new_markdown_cell("## Setup")]
    cells += [nbformat.v4.new_code_cell("import sys", execution_count=1)]
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("sys.path", execution_count=2)])


def test_it_comes_before_all_other_code_once_and_goes(notebook):
    before = notebooks.text_of(notebook)
    for _ in range(2):
        colab.place(notebook, ADDRESS)
        assert [cell.id == colab.ID for cell in notebook.cells] == [False, False, True, False, False]
        assert [cell.execution_count for cell in notebook.cells[2:]] == [1, 2, 3]
    assert ADDRESS in notebook.cells[2].source
    colab.place(notebook, "")
    assert notebooks.text_of(notebook) == before


def test_without_an_address_nothing_changes(notebook):
    notebook.cells[2].execution_count = None  # of a notebook that was not run
    before = notebooks.text_of(notebook)
    colab.place(notebook, "")
    assert notebooks.text_of(notebook) == before


def test_render_writes_it_when_the_index_names_the_repository(monkeypatch):
    plain = render.files()
    monkeypatch.setattr(colab, "repository", lambda: ADDRESS)
    for path, text in render.files().items():
        assert (ADDRESS in text) == (path.suffix == ".ipynb"), path
        assert text == plain[path] or path.suffix == ".ipynb"


def test_elsewhere_it_does_nothing(tmp_path):
    source = colab.SOURCE.format(repository=(tmp_path / "nowhere").as_posix())
    subprocess.run([sys.executable, "-c", source], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []


def test_the_requirements_have_the_heading_that_it_looks_for():
    lessons, others = (notebooks.ROOT / "requirements.txt").read_text().split("# running the notebooks")
    assert "tensorflow" in lessons
    assert "scikit-learn" in lessons
    assert "jupyterlab" in others


def test_on_colab_it_fetches_the_course(tmp_path):
    """With a module that looks like Colab's, a repository on the disk, and a package that is there already."""
    origin = tmp_path / "origin"
    wanted = "-e .\n# the lessons\nnumpy>=2.2  # arrays\n\n# running the notebooks\nno-such-package\n"
    for name, text in {"requirements.txt": wanted, "utils/__init__.py": "", "utils/checks.py": "FOUND = 71"}.items():
        (origin / name).parent.mkdir(parents=True, exist_ok=True)
        (origin / name).write_text(text)
    (origin / "notebooks").mkdir()
    (origin / "notebooks" / "00.ipynb").write_text("{}")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", origin]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run([*git, *command], check=True)
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    cell = colab.SOURCE.format(repository=origin.as_uri())
    code = f"{COLAB}{cell}\n{cell}{LESSON}"  # run twice, and once more after a restart
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], cwd=runtime, check=True, capture_output=True, text=True)
        assert done.stdout == "71 ['00.ipynb']\n"
