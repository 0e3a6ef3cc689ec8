"""The documentation site: Sphinx with furo and MyST; it is built without asking anything of an outside host."""

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]  # the model, and citations.py
# notebooks run in a process and a folder of their own
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"  # the page needs no progress bar

project = "Kingmaker"
author = "Kingmaker contributors"
copyright = "2026, Kingmaker contributors"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "citations", "api_members"]
exclude_patterns = ["_build", "jupyter_execute"]  # the latter: notebooks as they ran, left beside the build
suppress_warnings = ["myst.header"]
html_theme = "furo"
html_title = f"Kingmaker {release}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
templates_path: list[str] = []

myst_enable_extensions = ["deflist"]  # no dollarmath: formulas would be drawn by a script from another host
myst_heading_anchors = 3
myst_links_external_new_tab = False

nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_output_stderr = "remove-warn"  # what a notebook complains of is an error of the build

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

nitpicky = False
