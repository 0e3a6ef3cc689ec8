"""What the options of the commands take, what they say of it, and that sisters have the same ones."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from kingmaker.experiments.commands.cli import app
from kingmaker.experiments.commands.options import listed

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def options(command: str) -> dict[str, str]:
    found = {}
    for parameter in COMMANDS[command].params:
        for name in (*parameter.opts, *parameter.secondary_opts):
            if name.startswith("--"):
                found[name] = getattr(parameter, "help", None) or ""
    return found


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("run", {"--months", "--seed", "--out", "--level"}),
        ("compare", {"--months", "--replications", "--seed", "--window", "--workers", "--dry-run", "--out", "--level"}),
        (
            "sensitivity",
            {"--months", "--replications", "--seed", "--outcomes", "--window", "--workers", "--dry-run"},
        ),
        ("sensitivity", {"--level", "--out", "--force", "--quiet"}),
        ("sweep", {"--months", "--replications", "--seed", "--workers", "--dry-run", "--out"}),
        ("figures", {"--outcomes", "--out", "--level"}),
        ("mechanisms", {"--replications", "--out", "--level"}),
        ("validate", {"--replications", "--out", "--level"}),
        ("events", {"--replications", "--out", "--level"}),
        ("paper", {"--out", "--level"}),
        ("params", {"--format"}),
        ("designs", {"--format"}),
    ],
)
def test_sisters_have_the_same_options(command: str, wanted: set[str]) -> None:
    assert wanted <= set(options(command))


STATES = {  # intervals or bands
    "compare", "events", "factorial", "figures", "mechanisms", "paper", "run", "sensitivity", "validate",
}  # fmt: skip


def test_a_level_can_be_asked_where_one_is_stated_and_nowhere_else() -> None:
    assert {command for command in COMMANDS if "--level" in options(command)} == STATES
    usual = {c: p.default for c in STATES for p in COMMANDS[c].params if "--level" in p.opts}
    assert {usual[c] for c in ("run", "validate")} == {"0.9"}
    # over a posterior 0.9, over luck 0.95
    assert {usual[c] for c in STATES - {"run", "validate"}} == {None}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "baseline", "--seed=-1"], "--seed is -1; allowed is a whole number from 0 to 2**63 - 1."),
        (["sweep", "screening", "--workers=0"], "--workers is 0; allowed is a whole number from 1 to 1024."),
        (["validate", "--members=0"], "--members is 0; allowed is a whole number from 1 on."),
        (["dashboard", "--port=99999"], "--port is 99999; allowed is a whole number from 0 to 65535."),
    ],
)
def test_a_number_out_of_range_is_refused_with_value_and_bounds(words: list[str], said: str) -> None:
    assert str(CliRunner().invoke(app, words).exception) == said


FIRST = {
    "run": ["baseline"], "compare": ["baseline", "data_act"], "sensitivity": ["screening"], "figures": ["nowhere"],
    "factorial": ["duty_and_cap"],
}  # fmt: skip


@pytest.mark.parametrize("command", sorted(STATES))
@pytest.mark.parametrize("value", ["1.5", "0.3", "1", "0", "-0.9", "nan", "inf", "high", "0,9", "", "0.9995", "1e400"])
def test_a_level_that_is_none_is_refused_everywhere_by_the_same_sentence(
    command: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fault = CliRunner().invoke(app, [command, *FIRST.get(command, []), f"--level={value}"]).exception
    assert str(fault) == f"--level is '{value}'; allowed is a number from 0.5 to 0.999, such as 0.9."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("value", "share"), [("90", "0.9"), ("95%", "0.95"), ("99.5 %", "0.995")])
def test_per_cent_are_answered_with_the_share(value: str, share: str) -> None:
    fault = str(CliRunner().invoke(app, ["events", "--level", value]).exception)
    assert fault.endswith(f"such as 0.9. A level is a share of one: write {share}.")


def test_a_single_run_has_no_band() -> None:
    fault = str(CliRunner().invoke(app, ["run", "baseline", "--level", "0.8"]).exception)
    assert fault.startswith("--level is 0.8, the share of the runs in the wider band; a single run has none.")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_loses_no_word(command: str) -> None:
    """Square brackets would be read as markup by rich, and vanish: 'A design with : a name'."""
    told = "".join(CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "400"}, color=False).output.split())
    for text in (inspect.cleandoc(COMMANDS[command].help or ""), *options(command).values()):
        assert "".join(text.split())[:60] in told.replace("│", ""), text
        assert not re.search(r" [:;,.]( |$)", text)


def test_names_can_be_given_one_by_one_or_with_commas() -> None:
    assert listed(["a,b", " c "]) == ("a", "b", "c")
    assert listed(None) == ()


def test_parameters_are_printed_with_their_source() -> None:
    printed = CliRunner().invoke(app, ["params", "--group", "policy"]).output
    assert "source" in printed.splitlines()[2]
    assert "Regulation" in printed


def test_a_dry_comparison_says_how_many_runs() -> None:
    done = CliRunner().invoke(app, ["compare", "--over", "luck", "baseline", "data_act", "--months", "12", "--dry-run"])
    assert "40 runs of 12 months: 20 pairs." in done.output


def test_a_dry_run_says_beforehand_what_the_run_would_say_at_the_end(tmp_path: Path) -> None:
    words = ["compare", "baseline", "data_act", "--months", "24", "--members", "4", "--dry-run"]
    told = CliRunner().invoke(app, words).output
    assert "4 members show signs and intervals, but are too few for a claim: it takes 20." in told
    assert "too few" not in CliRunner().invoke(app, [*words[:5], "--members", "20", "--dry-run"]).output
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for command in (words, ["factorial", "duty_and_cap", *words[3:]]):
        fault = CliRunner().invoke(app, [*command, "--out", str(tmp_path)]).exception
        assert "was not written by kingmaker" in str(fault)
