"""Settings of the web book. `python -m tools.book` copies this folder and the notebooks, and runs Sphinx there."""

import os

from pygments.lexers.special import TextLexer

project = "Foundation Models, Step by Step"
author = "the authors of Foundation Models, Step by Step"
copyright = "the authors, CC BY 4.0"

extensions = ["myst_nb"]
nb_execution_mode = "off"  # outputs are those that the notebooks store
nb_output_stderr = "show"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # a notebook's cells may begin below the level of the last heading

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}  # as the reader's system is: light or dark
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = ["vendor/mermaid.min.js", "diagrams.js"]
html_show_sourcelink = True
html_copy_source = True
mathjax_path = "vendor/mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": True}}

repository = os.environ.get("BOOK_REPOSITORY", "")  # such as https://github.com/OWNER/NAME
html_theme_options = {
    "use_download_button": True,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # the search field is at the side
}
if repository:
    html_theme_options |= {
        "repository_url": repository,
        "use_repository_button": True,
        "use_issues_button": True,
        "repository_branch": "main",
        "path_to_docs": "",
        "launch_buttons": {
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }


def setup(app):
    """Let diagrams pass as plain text; `diagrams.js` draws them in the browser."""
    app.add_lexer("mermaid", TextLexer)
