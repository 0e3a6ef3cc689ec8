"""Faults that commands tell with their options are told in Python with arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

import kingmaker as km
from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.notebook.python_words import in_python


@pytest.mark.parametrize(
    ("option", "argument"),
    [
        ("--outcomes: there is no measure 'x'.", "ask: outcomes: there is no measure 'x'."),
        ("ask: leave it out, or ask --over luck.", 'ask: leave it out, or ask over="luck".'),
        ("'a' is there; go on with --retry-failed, or switch it off by --set-a.",
         "ask: 'a' is there; go on with retry_failed=, or switch it off by set_a."),
        ("x: is a file; name a folder with --out.", "ask: x: is a file; name a folder."),
        ("does 'python -m kingmaker --version' work here, perhaps with fewer --workers?",
         "ask: does 'python -m kingmaker --version' work here, perhaps with fewer workers?"),
        ("--over posterior.parquet: is no file.", "ask: over posterior.parquet: is no file."),
    ],
)  # fmt: skip
def test_options_are_told_as_arguments(option: str, argument: str) -> None:
    with pytest.raises(KingmakerError) as told, in_python("ask", spared="out"):
        raise KingmakerError(option)
    assert str(told.value) == argument


def test_a_fault_without_options_stays_as_it_is() -> None:
    fault = KingmakerError("months is 0; allowed is a whole number from 1 on.")
    with pytest.raises(KingmakerError) as told, in_python("ask"):
        raise fault
    assert told.value is fault


def test_questions_and_results_speak_of_arguments(tmp_path: Path) -> None:
    with pytest.raises(KingmakerError, match=r"^compare: outcomes: there is no measure 'x'"):
        km.compare("baseline", "interoperability", outcomes="x", replications=2, months=2, quiet=True)
    taken = tmp_path / "taken"
    taken.write_text("mine")
    result = km.run("baseline", months=2, quiet=True, **{"startups.number": 20})
    with pytest.raises(KingmakerError, match=r"is a file; name a folder\.$"):
        result.save(taken)
    result.save(tmp_path / "result")
    other = km.run("baseline", months=3, quiet=True, **{"startups.number": 20})
    with pytest.raises(KingmakerError, match=r"Name another folder, or replace it with force=\."):
        other.save(tmp_path / "result")
