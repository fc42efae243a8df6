"""Chromium, or Chrome, for the tests of the book and of the slides, and for the pictures."""

import shutil

import pytest
from playwright.sync_api import sync_playwright


def start(playwright):
    """Return a started browser.

    Raises:
        RuntimeError: if there is none.
    """
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise RuntimeError("Expected Chromium or Chrome. On Debian: apt-get install chromium")
    return playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])


@pytest.fixture(scope="session")
def browser():
    """Start a browser, once for all tests."""
    with sync_playwright() as playwright:
        started = start(playwright)
        yield started
        started.close()
