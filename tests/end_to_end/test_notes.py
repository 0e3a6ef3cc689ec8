"""What does not last or has no effect is said by the real commands, beside the results."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import done

SMALL = ("--set", "startups.number=20", "--out", "out")

pytestmark = pytest.mark.slow


def write(folder: Path, *lines: str) -> str:
    text = ['extends = "baseline"', *lines, "set = { policy.export_cap_tpp = 1600 }"]
    (folder / "mine.toml").write_text("\n".join(text) + "\n", encoding="utf-8")
    return "mine.toml"


EVENT = ("[[events]]", 'month = "2024-06"', 'why = "a tighter rule"')
UNDONE = "policy.export_cap_tpp = 1600 from 2024-06 holds until 2026-02"
LATE = "event 'a tighter rule' of 2024-06 lies after the last month, 2022-06, and has no effect"


def test_a_run_says_what_an_inherited_event_undoes(tmp_path: Path) -> None:
    mine = write(tmp_path, *EVENT)
    assert f"Note: {UNDONE}" in done("run", mine, "--months", "50", "--no-figures", *SMALL, folder=tmp_path)


def test_a_run_says_what_a_held_event_overrides(tmp_path: Path) -> None:
    mine = write(tmp_path, *EVENT, "hold = true")
    told = done("run", mine, "--months", "50", "--no-figures", *SMALL, folder=tmp_path)
    assert UNDONE not in told
    assert "would set policy.export_cap_tpp to 21000: held at 1600 since 2024-06 instead" in told


def test_a_run_says_which_event_it_does_not_reach(tmp_path: Path) -> None:
    mine = write(tmp_path, *EVENT)
    assert f"Note: {LATE}." in done("run", mine, "--months", "6", "--no-figures", *SMALL, folder=tmp_path)


def test_a_comparison_says_it_on_the_terminal_and_in_the_brief(tmp_path: Path) -> None:
    mine = write(tmp_path, *EVENT)
    words = ("compare", "--over", "luck", "baseline", mine, "--months", "6", "--replications", "2", "--no-robustness")
    assert f"Note: B: {LATE}." in done(*words, *SMALL, folder=tmp_path)
    assert f"- B: {LATE}." in (tmp_path / "out" / "brief.md").read_text(encoding="utf-8")
