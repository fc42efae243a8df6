"""The built book in a browser: `make book-test`.

It needs Chromium or Chrome. The address of the site is one of this computer; a request to any other is a failure.
"""

import functools
import http.server
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from bs4 import BeautifulSoup

pytest_plugins = ["browser"]
HTML = Path(__file__).parents[1] / "build" / "book" / "html"
PAGES = sorted(str(path.relative_to(HTML)) for path in HTML.rglob("*.html") if "_static" not in path.parts)
NOTEBOOKS = [page for page in PAGES if page.startswith("notebooks/")]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture(scope="session")
def site():
    """Serve the book at a port of this computer."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens a page; at the end, whatever went wrong on it is a failure."""
    wrong, pages = [], []

    def open_(name, base=site):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        pages.append(page)
        page.on("console", lambda line: line.type == "error" and wrong.append(f"{name}: {line.text}"))
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.on("requestfailed", lambda request: wrong.append(f"{name}: failed {request.url}"))
        page.on(
            "response", lambda answer: answer.status >= 400 and wrong.append(f"{name}: {answer.status} {answer.url}")
        )

        def from_elsewhere(request):
            if not request.url.startswith((base, "data:", "blob:")):
                wrong.append(f"{name}: asks for {request.url}")

        page.on("request", from_elsewhere)
        page.goto(base + name, wait_until="load")
        return page

    yield open_
    for page in pages:
        page.close()
    assert not wrong


def settle(page):
    """Wait until formulas and diagrams are drawn and all images are loaded."""
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function(
        "() => [...document.images].every(image => image.complete)"
        " && [...document.querySelectorAll('.diagram')].every(figure => figure.querySelector('svg'))"
        " && !document.querySelector('.highlight-mermaid')"
        " && (!window.MathJax?.startup?.promise || document.querySelectorAll('.math').length === 0"
        "     || [...document.querySelectorAll('.math')].every(text => text.querySelector('mjx-container')))",
        timeout=60_000,
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_on_a_desktop_and_on_a_phone(open_page, name):
    page = open_page(name)
    settle(page)
    images = page.evaluate("[...document.images].map(image => [image.src, image.naturalWidth, image.alt])")
    assert [source for source, width, _ in images if not width] == []
    assert [source for source, _, text in images if len(text) < 10 and "/_images/" in source] == []
    assert page.locator("mjx-merror, .diagram .error-icon").count() == 0
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_formulas_and_diagrams_are_on_the_pages(open_page):
    page = open_page("notebooks/08_transformer.html")
    settle(page)
    assert page.locator("mjx-container").count() > 20
    assert page.locator(".diagram svg").count() >= 1


def test_every_link_within_the_book_leads_somewhere():
    soups = {page: BeautifulSoup((HTML / page).read_text(encoding="utf8"), "html.parser") for page in PAGES}
    ids = {page: {tag["id"] for tag in soup.find_all(id=True)} for page, soup in soups.items()}
    broken = []
    for page, soup in soups.items():
        for link in soup.find_all("a", href=True):
            target, anchor = urldefrag(urljoin(page, link["href"]))
            if urlparse(link["href"]).scheme or (link["href"].startswith("#") and len(link["href"]) == 1):
                continue
            target = unquote(target) or page
            if not (HTML / target).is_file() or (anchor and target in ids and unquote(anchor) not in ids[target]):
                broken.append((page, link["href"]))
    assert broken == []


def test_each_notebook_can_be_downloaded():
    assert len(NOTEBOOKS) >= 14
    for name in NOTEBOOKS:
        soup = BeautifulSoup((HTML / name).read_text(encoding="utf8"), "html.parser")
        links = [link["href"] for link in soup.select("a[href$='.ipynb']") if "_sources" in link["href"]]
        assert links, name
        assert (HTML / name).parent.joinpath(links[0]).resolve().is_file()


def test_search_finds_a_word(open_page):
    page = open_page("search.html?q=SelectAndScatter")
    page.wait_for_selector("ul.search li a", timeout=30_000)
    assert any("04_cifar10_cnn" in link.get_attribute("href") for link in page.locator("ul.search li a").all())


def test_light_and_dark_can_be_exchanged(open_page):
    page = open_page("notebooks/20_fast_training.html")
    settle(page)
    light = page.locator(".diagram").inner_html()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function("before => document.querySelector('.diagram').innerHTML !== before", arg=light)
    image = page.locator(".cell_output img").first
    assert image.evaluate("image => getComputedStyle(image).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("name", ["index.html", "notebooks/08_transformer.html", "see_it_move.html"])
def test_the_folder_can_be_read_without_a_server(open_page, name):
    page = open_page(name, base=HTML.as_uri() + "/")
    settle(page)
    assert page.locator("article h1").count() == 1
    if name == "see_it_move.html":
        page.locator("figure[data-piece=reader]").get_by_role("button", name="Read test digit 3").click()
        page.get_by_text("It reads 7").wait_for()


# The interactive pieces


@pytest.fixture
def piece(open_page):
    """Return a function that opens the page and gives a piece and the text of its result."""

    def open_(name):
        page = open_page("see_it_move.html")
        figure = page.locator(f"figure[data-piece={name}]")
        figure.scroll_into_view_if_needed()
        return page, figure, figure.locator(".piece-result").first

    return open_


def test_quadratic_follows_the_lesson_and_the_slider(piece):
    page, figure, result = piece("quadratic")
    paths = page.evaluate("window.courseData.quadratic.paths")
    for rate, path in paths.items():
        assert page.evaluate(f"window.coursePieces.quadratic.path({rate})") == pytest.approx(path, abs=1e-12)
    for rate, word in (("1.1", "Diverges"), ("0.5", "Arrives in one step")):
        figure.get_by_role("button", name=rate, exact=True).click()
        assert result.inner_text().startswith(word)


def test_filter_computes_the_convolution_and_moves(piece):
    page, figure, result = piece("filter")
    data = page.evaluate("window.courseData.filter")
    for place, one in enumerate(data["filters"]):
        output = page.evaluate(f"window.coursePieces.filter.output({place})")
        products = [data["image"][9 + i][7 + j] / 255 * one["kernel"][i][j] for i in range(3) for j in range(3)]
        assert output[9][7] == pytest.approx(sum(products), abs=1e-9)
    before = result.inner_text()
    figure.locator("canvas.piece-digit").focus()
    page.keyboard.press("ArrowDown")
    assert result.inner_text() != before


def test_sampling_is_a_softmax_within_the_nucleus(piece):
    page, figure, _ = piece("sampling")
    whole = page.evaluate("window.coursePieces.sampling.probabilities(0, 1, 1)")
    kept = page.evaluate("window.coursePieces.sampling.probabilities(0, 1, 0.5)")
    order = sorted(range(len(whole)), key=lambda place: -whole[place])
    count, total = 0, 0.0
    while total < 0.5:
        total += whole[order[count]]
        count += 1
    assert sum(whole) == pytest.approx(1)
    assert [place for place in order if kept[place] > 0] == order[:count]
    assert kept[order[0]] == pytest.approx(whole[order[0]] / total)
    figure.get_by_role("button", name="Draw 50").click()
    assert len(figure.locator(".piece-letters").inner_text()) > 20


def test_attention_answers_to_a_sign_and_a_head(piece):
    _, figure, result = piece("attention")
    signs = figure.locator(".piece-target button")
    signs.nth(0).click()
    first = result.inner_text()
    signs.nth(1).click()
    second = result.inner_text()
    figure.get_by_role("button", name="2", exact=True).click()
    assert len({first, second, result.inner_text()}) == 3


def test_reader_computes_what_the_network_says_and_reads_a_drawing(piece):
    page, figure, result = piece("reader")
    for example in page.evaluate("window.courseData.reader.examples"):
        answer = page.evaluate("image => window.coursePieces.reader.probabilities(image)", example["image"])
        assert answer == pytest.approx(example["probabilities"], abs=1e-4)
    figure.get_by_role("button", name="Clear").click()
    canvas = figure.locator("canvas.piece-drawing")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.48 * box["width"], box["y"] + 0.8 * box["height"], steps=20)
    page.mouse.up()
    page.wait_for_function(
        "text => document.querySelector('figure[data-piece=reader] .piece-result').innerText.startsWith(text)",
        arg="It reads",
        timeout=30_000,
    )
    assert "1" in result.inner_text()
