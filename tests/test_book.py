"""What the web book is made from: citations of the articles, words for figures. In a browser: docs/test_book.py."""

import tomllib

import nbformat
import pytest

from tests.structure import test_notebooks
from tools import articles, book, normalize, notebooks, pieces

ARTICLE = articles.Article("003", "An article", {number: "…" for number in ("3.1", "3.2", "4", "9", "9 Q1", "9 Q2")})


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("003 §3.2", ["3.2"]),
        ("003 §3.1–§4; 5", ["3.1", "3.2", "4"]),
        ("article 003 §4, §9 Q1, Q2.", ["4", "9 Q1", "9 Q2"]),
        ("in 003, nothing", []),
    ],
)
def test_citations_name_sections_with_ranges_and_questions(text, sections):
    assert articles.citations(text, [ARTICLE]) == [("003", section) for section in sections]


def test_a_section_that_an_article_does_not_have_is_an_error():
    with pytest.raises(ValueError, match=r"Expected a section of article 003 in docs/articles\.toml, received §7\."):
        articles.citations("003 §7", [ARTICLE])


def test_a_page_maps_sections_to_cells(tmp_path, monkeypatch):
    monkeypatch.setattr(articles, "read", lambda: [ARTICLE])
    prose = ["# Title", "**Articles it follows.** 003 §4.", "## Wrong", "> **Document check (003 §3.2).** It says"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in prose])
    assert articles.write(tmp_path, {"01_gradient_descent.ipynb": notebook}) == ["003"]
    rows = (tmp_path / "003.md").read_text(encoding="utf8").splitlines()
    link = '<a href="../notebooks/01_gradient_descent.html'
    assert f'| 3.2 | … | ✗ {link}#cell-3">Gradient descent: Wrong</a> |' in rows
    assert f'| 4 | … | {link}">Gradient descent</a> |' in rows
    assert "| 3.1 | … | – |" in rows


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('ax.set(title="Up, then down", xlabel="step")', "Up, then down (x: step)"),
        ('title = "Rare words"\nplotting.plot_curves(ax, curves, title=title)', "Rare words"),
        ('fig.suptitle("Both")\nax.set_title(f"seed {seed}")', "Both; seed …"),
        ("ax.plot(x)", ""),
    ],
)
def test_the_words_for_a_figure_are_its_titles(source, words):
    assert book.alternative(source) == words


def test_words_written_by_hand_belong_to_figures():
    figures = {
        f"{path.stem[3:]}-{cell.id}"
        for path in notebooks.paths()
        for cell in notebooks.code_cells(notebooks.read(path))
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
    }
    by_hand = tomllib.loads((book.DOCS / "alternatives.toml").read_text(encoding="utf8"))
    assert by_hand.keys() <= figures


def test_a_figure_without_words_is_refused(monkeypatch):
    output = nbformat.v4.new_output("display_data", {"image/png": ""})
    cell = nbformat.v4.new_code_cell("ax.plot(x)", outputs=[output], id="figure")
    with pytest.raises(
        SystemExit, match=r"01_lines: expected a title in the code, or lines-figure in docs/alternatives"
    ):
        book.prepared(nbformat.v4.new_notebook(cells=[cell]), "01_lines")


def test_every_notebook_can_go_into_the_book_and_is_in_its_contents():
    entries = notebooks.index()
    for entry in entries:
        copy = book.prepared(notebooks.read(notebooks.FOLDER / entry.file), entry.file.removesuffix(".ipynb"))
        assert not any("](../README.md" in cell.source for cell in copy.cells)
    contents = "\n".join(book.contents(entries, ["000"]))
    assert all(f"<notebooks/{entry.file.removesuffix('.ipynb')}>" in contents for entry in entries)


def test_the_pieces_data_follow_the_first_lesson_and_other_names_are_refused(monkeypatch, capsys):
    paths = pieces.quadratic()["paths"]
    assert paths["0.5"][:2] == [0.0, 1.0]
    assert f'"0.1":[{paths["0.1"][0]},{paths["0.1"][1]},' in (pieces.FOLDER / "quadratic.data.js").read_text()
    monkeypatch.setattr("sys.argv", ["pieces", "circle"])
    assert pieces.main() == 1
    assert "Expected names of pieces (quadratic, filter, " in capsys.readouterr().err


def test_the_template_has_all_parts_and_runs():
    path = book.DOCS / "template.ipynb"
    assert normalize.problems(path) == []
    template = notebooks.read(path)
    prose = notebooks.prose(template)
    places = [prose.find(part) for part in (*test_notebooks.PARTS, "## Break it", "**Predict:**")]
    assert -1 not in places
    assert notebooks.execute(template, "template").error == ""
    assert notebooks.checks(template) >= 4
