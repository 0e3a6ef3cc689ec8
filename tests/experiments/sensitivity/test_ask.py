"""What a study of boxes refuses, as it would leave it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.studies.sensitivity.ask import ask

TEXT = """kind = "morris"
months = 6
samples = 3
measures = ["switching_rate"]
{entry}
[parameters]
"chips.kingmaker" = {{ low = 0.0, high = 2.0 }}
"""


def written(folder: Path, entry: str) -> str:
    (folder / "d.toml").write_text(TEXT.format(entry=entry), encoding="utf-8")
    return str(folder / "d.toml")


def test_a_design_over_a_posterior_is_no_study_of_boxes_unless_luck_is_asked(tmp_path: Path) -> None:
    name = written(tmp_path, 'over = "posterior"')
    with pytest.raises(KingmakerError, match=r"d: over is 'posterior'.*--over luck.*--over posterior"):
        ask(name)
    design, _ = ask(name, entries={"over": "luck"})
    assert design.replicates.over == "luck"


def test_dated_levers_are_those_of_a_factorial(tmp_path: Path) -> None:
    name = written(tmp_path, 'since = "2022-03"')
    grid = Path(name).read_text(encoding="utf-8").replace("morris", "grid").replace("samples = 3\n", "")
    Path(name).write_text(grid.replace("{ low = 0.0, high = 2.0 }", "[0.0, 2.0]"), encoding="utf-8")
    with pytest.raises(KingmakerError, match=r"d: since dates the levers.*kingmaker factorial .*d\.toml"):
        ask(name)
