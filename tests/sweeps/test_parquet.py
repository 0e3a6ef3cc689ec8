"""Parquet is read without Arrow's threads, which may bring a process down that ends soon after."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
OTHER_WAYS = {"read_table", "read_parquet", "read_feather", "ParquetDataset"}


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def test_there_is_one_way_to_read() -> None:
    for path in (ROOT / "experiments").rglob("*.py"):
        for call in calls(path):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            assert name not in OTHER_WAYS, f"{path}:{call.lineno}"
            alone = any(word.arg == "use_threads" for word in call.keywords)
            assert alone or name not in ("to_pandas", "read_row_group"), f"{path}:{call.lineno}"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads as Linux does")
def test_no_thread_is_started(tmp_path: Path) -> None:
    pd.DataFrame({"month": range(5000), "name": ["x"] * 5000}).to_parquet(tmp_path / "table.parquet")
    code = """
import os, sys
import pandas, pyarrow.parquet
from pathlib import Path
from kingmaker.experiments.results.parquet import frame_of, table_in
before = len(os.listdir("/proc/self/task"))
assert len(frame_of(table_in(Path(sys.argv[1]).read_bytes()))) == 5000
assert len(os.listdir("/proc/self/task")) == before
"""
    words = [sys.executable, "-c", code, str(tmp_path / "table.parquet")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
