"""The house: a module's name is used once, a folder says what lives in it."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    path for folder in ("agents", "environment", "experiments") for path in sorted((ROOT / folder).rglob("*.py"))
]


def test_a_name_is_used_once() -> None:
    names = Counter(path.stem for path in MODULES if path.name != "__init__.py")
    named = (names + Counter(path.parent.name for path in MODULES if path.name == "__init__.py")).items()
    assert [name for name, count in named if count > 1] == []


def test_a_folder_says_what_lives_in_it() -> None:
    for folder in {path.parent for path in MODULES}:
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))), folder
