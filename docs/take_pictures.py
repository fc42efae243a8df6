"""Take the pictures that stand in for the interactive pieces where scripts are off, and that of the README.

`make pieces` runs this.
"""

from pathlib import Path

from browser import start
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]

HTML = ROOT / "build" / "book" / "html"

with sync_playwright() as playwright:
    browser = start(playwright)
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.goto((HTML / "see_it_move.html").as_uri())
    page.add_style_tag(content="header, .bd-header-article, .skip-link { display: none !important }")
    page.locator("figure[data-piece=filter]").get_by_role("button", name="Show all").click()
    page.locator("figure[data-piece=attention] .piece-target button").nth(2).click()
    page.locator("figure[data-piece=reader]").get_by_role("button", name="Read test digit 3").click()
    page.wait_for_function(
        "document.querySelector('[data-piece=reader] .piece-result').innerText.startsWith('It reads')"
    )
    for name in ("quadratic", "filter", "sampling", "attention", "reader"):
        figure = page.locator(f"figure[data-piece={name}]")
        figure.scroll_into_view_if_needed()
        figure.screenshot(path=ROOT / "docs" / "pieces" / f"{name}.png")
        print(f"docs/pieces/{name}.png")
    page.goto((HTML / "notebooks" / "01_gradient_descent.html").as_uri())
    page.wait_for_selector("#one-step-by-hand mjx-container")
    top = page.evaluate("document.querySelector('#one-step-by-hand').getBoundingClientRect().top + window.scrollY")
    page.evaluate(f"window.scrollTo(0, {top - 80})")
    page.wait_for_timeout(1_000)  # until fonts and scrolling have settled
    page.screenshot(path=ROOT / "docs" / "picture.png", clip={"x": 270, "y": 70, "width": 730, "height": 840})
    browser.close()
