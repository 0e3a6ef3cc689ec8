"""Files of a user's own: modules with an extension, and scenarios that name them."""

from __future__ import annotations

from pathlib import Path

SMALL = {"startups.number": 40}
HEAD = """
import numpy as np
from kingmaker.agents.chipmaker import Chipmaker
from kingmaker.agents.startup import Startup
from kingmaker.environment.inputs.extensions import ChipRule, Gauge, Instrument
from kingmaker.environment.core.measures import Measure
from kingmaker.environment.inputs.parameters import Declaration

def declared(key, value=0.5, structural=False):
    return Declaration(key, value, "0-1", 0.0, 1.0, "an example", "an example", structural)
"""
COUNTER = iter(range(10_000))


def scenario(folder: Path, body: str, cls: str, more: str = "") -> Path:
    """A scenario with one class; modules of different tests have different names."""
    module = f"added_{next(COUNTER)}"
    (folder / f"{module}.py").write_text(HEAD + body, encoding="utf-8")
    path = folder / "own.toml"
    path.write_text(f'extends = "baseline"\nextensions = ["{module}:{cls}"]\n{more}', encoding="utf-8")
    return path


KIND = """
class Calm(Startup):
    share = "calm.share"
    parameters = (declared("calm.share", 0.3, True),)
    def plan_burn(self, p):
        return 0.7 * super().plan_burn(p)
"""

IDLE = """
class Idle(Instrument):
    def fix(self, e):
        pass
    price = settle = fix
"""
