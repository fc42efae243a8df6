"""The built slides in a browser: `make slides-test`. It needs Chromium or Chrome."""

from pathlib import Path

import pytest

pytest_plugins = ["browser"]
FOLDER = Path(__file__).parents[1] / "build" / "slides"
PAGES = sorted(path.name for path in FOLDER.glob("*.html"))
MEASURE = """() => [...document.querySelectorAll(".slides section section")].map((slide) => {
  const { h, v } = Reveal.getIndices(slide);
  Reveal.slide(h, v);
  const parts = [...slide.querySelectorAll(".column")];
  const room = slide.getBoundingClientRect();
  const inside = (box) => box.left >= room.left - 1 && box.right <= room.right + 1 && box.bottom <= room.bottom + 1;
  return {
    number: h + 1,
    fits: parts.every((part) => part.offsetHeight <= 852 && part.scrollWidth <= part.offsetWidth + 1),
    inside: [...slide.querySelectorAll("img, mjx-container, table, pre, svg")]
      .every((element) => inside(element.getBoundingClientRect())),
    size: Math.min(...parts.map((part) => parseInt(getComputedStyle(part).getPropertyValue("--size")))),
    empty: parts.length === 0,
    broken: slide.querySelectorAll("mjx-merror, .jp-Mermaid, img:not([alt]), img[alt='']").length,
  };
})"""


@pytest.fixture
def open_slides(browser):
    """Return a function that opens a page from disk; at the end, whatever went wrong on it is a failure."""
    wrong = []

    def open_(name):
        page = browser.new_page(viewport={"width": 1600, "height": 900})
        page.on("console", lambda line: line.type == "error" and wrong.append(line.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        allowed = (FOLDER.as_uri(), "data:", "blob:")
        page.on("request", lambda request: request.url.startswith(allowed) or wrong.append(f"asks for {request.url}"))
        page.goto((FOLDER / name).as_uri())
        page.wait_for_function("document.body.dataset.ready === 'true'")
        return page

    yield open_
    assert not wrong


def test_every_notebook_has_slides():
    assert [page.removesuffix(".html") for page in PAGES] == sorted(
        path.stem for path in (FOLDER.parents[1] / "notebooks").glob("[0-9]*.ipynb")
    )


@pytest.mark.parametrize("name", PAGES)
def test_each_slide_fits_its_page_and_can_be_read(open_slides, name):
    slides = open_slides(name).evaluate(MEASURE)
    assert len(slides) >= 12
    assert not [slide for slide in slides if not is_good(slide)]


def is_good(slide):
    """Return whether all of a slide is on its page, drawn, and its text large enough: 20 of 900 pixels (code: 15)."""
    return slide["fits"] and slide["inside"] and not slide["empty"] and not slide["broken"] and slide["size"] >= 20


@pytest.mark.parametrize("style", ["width: 3000px; height: 10px", "width: 10px; height: 1000px"])
def test_what_does_not_fit_is_noticed(open_slides, style):
    page = open_slides(PAGES[0])
    page.evaluate(
        "style => document.querySelector('.column').insertAdjacentHTML('beforeend', `<pre style='${style}'></pre>`)",
        style,
    )
    slides = page.evaluate(MEASURE)
    assert [slide["number"] for slide in slides if not is_good(slide)] == [1]


def test_answers_wait_for_a_key(open_slides):
    page = open_slides(next(name for name in PAGES if name.startswith("01")))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    hidden = page.locator("section.present section.present .fragment:not(.visible)")
    assert hidden.count() == 1
    page.keyboard.press("ArrowRight")
    assert hidden.count() == 0


def test_speaker_view_has_the_reading_of_the_outputs(open_slides):
    page = open_slides(next(name for name in PAGES if name.startswith("01")))
    notes = page.locator("aside.notes")
    assert notes.count() > 3
    assert all(len(text.split()) > 5 for text in notes.all_text_contents())
