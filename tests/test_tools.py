"""make run and make normalize, on small notebooks."""

import nbformat
import pytest

from tests.tools import normal_form, notebooks, run


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder with a notebook that fails in its second code cell, and one that is fine."""

    def write(name, *sources):
        cells = [nbformat.v4.new_markdown_cell(f"# {name}"), *map(nbformat.v4.new_code_cell, sources)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{name}.ipynb")

    write("00_bad", "print('✓ one')", "1 / 0", "print('never')")
    write("01_good", "import sys\nprint('✓ one\\n✓ two')", "sys.stdout.write('50%\\r100%\\n')\nNone")
    monkeypatch.setattr(notebooks, "FOLDER", tmp_path)
    monkeypatch.setattr(run, "BUILD", tmp_path / "build")
    return tmp_path


def call(monkeypatch, module, *arguments):
    monkeypatch.setattr("sys.argv", ["tool", *arguments])
    return module.main()


def test_run_names_the_failure_and_goes_on(monkeypatch, folder, capsys):
    assert call(monkeypatch, run) == 1
    output = capsys.readouterr()
    assert "FAILED 00_bad.ipynb, code cell 2: ZeroDivisionError: division by zero" in output.err
    bad, good = (line.split() for line in output.out.splitlines()[1:])
    assert (bad[0], bad[2:]) == ("00_bad", ["-", "1"])  # no peak memory, one check passed
    assert (good[0], good[3]) == ("01_good", "2")
    assert 20 < int(good[2]) < 500
    built = {path.name for path in (folder / "build").iterdir()}
    assert built == {"00_bad.ipynb", "00_bad.html", "01_good.ipynb", "01_good.html"}
    assert "never" not in nbformat.read(folder / "build" / "00_bad.ipynb", 4).cells[3].outputs


def test_run_selects(monkeypatch, folder, capsys):
    assert call(monkeypatch, run, "01") == 0
    assert "00_bad" not in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"Expected the start of a notebook's name .*, received '07'"):
        call(monkeypatch, run, "07")


def test_normalize_writes_the_normal_form_and_leaves_failures_alone(monkeypatch, folder, capsys):
    before = (folder / "00_bad.ipynb").read_bytes()
    assert call(monkeypatch, normal_form) == 1
    assert "00_bad.ipynb is left as it was: code cell 2: ZeroDivisionError" in capsys.readouterr().err
    assert (folder / "00_bad.ipynb").read_bytes() == before
    good = nbformat.read(folder / "01_good.ipynb", 4)
    assert normal_form.problems(folder / "01_good.ipynb") == []
    assert [cell.get("execution_count") for cell in good.cells] == [None, 1, 2]
    assert good.cells[2].outputs[0].text == "100%\n"  # as a reader sees it
    assert good.metadata.course.data == {}
    ids = [cell.id for cell in good.cells]
    assert call(monkeypatch, normal_form, "01") == 0
    assert [cell.id for cell in nbformat.read(folder / "01_good.ipynb", 4).cells] == ids


def test_normalize_refuses_outputs_of_a_stand_in(monkeypatch, folder, capsys):
    path = folder / "01_good.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source += "\nfrom utils import data\nprint(data.load_mnist().source)"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    assert call(monkeypatch, normal_form, "01") == 1
    assert "only a stand-in was found" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda nb: nb.cells[1].update(execution_count=7), "execution counts"),
        (lambda nb: nb.cells[1].outputs[0].update(text="/home/someone/x\n"), "absolute path"),
        (lambda nb: nb.cells[1].outputs[0].update(text="<f at 0x7fb33b933a60>\n"), "object's address"),
        (lambda nb: nb.cells[1].outputs[0].update(name="stderr"), "a warning"),
        (lambda nb: nb.cells[1].outputs[0].update(text="⚠ STAND-IN for mnist.npz\n"), "a stand-in"),
        (lambda nb: nb.metadata.update(widgets={}), "make normalize"),
        (lambda nb: nb.metadata.course.data.update(mnist="0"), "metadata names the data sets"),
    ],
)
def test_check_says_what_is_not_normal(monkeypatch, folder, capsys, change, message):
    call(monkeypatch, normal_form, "01")
    notebook = nbformat.read(folder / "01_good.ipynb", 4)
    change(notebook)
    (folder / "01_good.ipynb").write_text(normal_form.text_of(notebook), encoding="utf8")
    assert call(monkeypatch, normal_form, "--check", "01") == 1
    assert message in capsys.readouterr().err
