"""The documentation site: Sphinx with furo and MyST; it is built without asking anything of an outside host."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

project = "Kingmaker"
author = "Kingmaker contributors"
copyright = "2026, Kingmaker contributors"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"Kingmaker {release}"
html_static_path: list[str] = []
templates_path: list[str] = []

myst_enable_extensions = ["deflist"]  # no dollarmath: formulas would be drawn by a script from another host
myst_heading_anchors = 3
myst_links_external_new_tab = False

nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_mock_imports: list[str] = []
nitpicky = False
suppress_warnings = ["myst.header"]
