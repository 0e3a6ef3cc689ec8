"""The same bits on any processor of one kind: what rounds by its vector instructions is not called."""

from __future__ import annotations

import ast
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.agents.arithmetic import exp, expm1, log, log1p, log10, power, tanh

ROOT = Path(__file__).resolve().parents[2]
# of NumPy's functions, those that have variants for AVX2 or AVX-512 which round each in their own way
DISPATCHED = {
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "pow", "sin", "cos", "tan", "arcsin", "arccos",
    "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "cbrt", "dot", "matmul", "inner",
    "argpartition",
}  # fmt: skip


def _called(path: Path) -> list[str]:
    """What a module calls of these, sorts without a stable order, or multiplies as matrices."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text.startswith("np.") and text[3:] in DISPATCHED:
            found.append(f"{path.name}:{node.lineno} {text}")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            found.append(f"{path.name}:{node.lineno} @")
        sorts = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "argsort"
        if sorts and not any(word.arg == "kind" for word in node.keywords):
            found.append(f"{path.name}:{node.lineno} argsort without kind")
    return found


@pytest.mark.parametrize("folder", ["agents", "environment"])
def test_the_model_calls_nothing_that_rounds_by_the_processor(folder: str) -> None:
    modules = sorted((ROOT / folder).rglob("*.py"))
    assert len(modules) > 10
    assert [said for module in modules for said in _called(module)] == []


def test_the_scan_sees_each_kind(tmp_path: Path) -> None:
    module = tmp_path / "bad.py"
    module.write_text("a = np.exp(x)\nb = x @ y\nc = np.argsort(x)\nd = x.argsort(kind='stable')\n", encoding="utf-8")
    assert _called(module) == ["bad.py:2 @", "bad.py:3 argsort without kind", "bad.py:1 np.exp"]


@given(st.floats(-30.0, 30.0), st.floats(1e-9, 1e9))
def test_each_function_is_that_of_the_c_library(x: float, y: float) -> None:
    several = np.full(7, x), np.full(7, y)
    for ours, right in (
        (exp(several[0]), math.exp(x)), (expm1(several[0]), math.expm1(x)), (log(several[1]), math.log(y)),
        (log1p(several[1]), math.log1p(y)), (power(several[1], several[0] / 9.0), math.pow(y, x / 9.0)),
    ):  # fmt: skip
        assert (ours == right).all()
    np.testing.assert_allclose(log10(several[1]), math.log10(y), rtol=1e-15, atol=1e-16)
    np.testing.assert_allclose(tanh(several[0]), math.tanh(x), rtol=1e-15)


def test_at_the_ends() -> None:
    with np.errstate(all="ignore"):
        assert log(np.zeros(2)).tolist() == [-np.inf, -np.inf]
        assert exp(np.array([-np.inf, 800.0])).tolist() == [0.0, np.inf]
        assert tanh(np.array([-np.inf, -0.0, np.inf])).tolist() == [-1.0, 0.0, 1.0]
        assert power(np.array([4.0, 3.0]), 2.0).tolist() == [16.0, 9.0]


DIGEST = """
import hashlib
from kingmaker.environment.model import ComputeEconomy
from tests.helpers import series
model = ComputeEconomy.stack([{"rng": 1}, {"rng": 2}], months=60).run()
print(hashlib.sha256(b"".join(a.tobytes() for w in (0, 1) for a in series(model, w).values())).hexdigest())
"""


@pytest.mark.slow
def test_a_run_has_the_same_bits_without_the_processors_vector_instructions() -> None:
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("this processor has none beyond those that NumPy always takes")
    digests = []
    for without in ("", " ".join(found)):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NPY_DISABLE_CPU_FEATURES": without}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        digests.append(done.stdout)
    assert digests[0] == digests[1]
