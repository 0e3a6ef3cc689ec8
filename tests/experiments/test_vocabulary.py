"""One name for one thing in all commands: each option and its meaning stand in one table; names of old still work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from kingmaker.experiments.commands import vocabulary
from kingmaker.experiments.commands.cli import app
from kingmaker.experiments.commands.vocabulary import RENAMED, WORDS, todays

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "commands.md"
TYPERS_OWN = {"--install-completion", "--show-completion"}
RUNNER = CliRunner()


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by the words that are typed, those of groups among them; the bare command first."""
    yield before, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{before} {name}".strip())


COMMANDS = dict(commands(typer.main.get_command(app)))


def options(command: str) -> dict[str, str]:
    """The options of a command and what its help says of each; of ``--x/--no-x`` the first."""
    known = {p.opts[0]: getattr(p, "help", None) or "" for p in COMMANDS[command].params if p.opts[0].startswith("-")}
    return {name: text for name, text in known.items() if name not in TYPERS_OWN}


def test_an_option_means_what_the_table_says_in_every_command() -> None:
    for command in COMMANDS:
        for name, text in options(command).items():
            assert name in WORDS, f"{command}: {name} is not in the table"
            assert text.startswith(WORDS[name]), f"{command} {name}: {text}"
            assert text[len(WORDS[name])] in ".;", f"{command} {name}: {text}"


def test_all_of_the_table_is_used_and_nothing_has_two_names() -> None:
    assert {name for command in COMMANDS for name in options(command)} == set(WORDS)
    assert len({text.casefold() for text in WORDS.values()}) == len(WORDS)


def test_no_option_is_declared_past_the_table() -> None:
    folder = Path(vocabulary.__file__).parent
    made = {path.name for path in folder.glob("*.py") if "typer.Option(" in path.read_text(encoding="utf-8")}
    assert made == {"vocabulary.py"}


ASKS = {  # of the commands that make runs, those that can be asked it, and why the others cannot
    "--outcomes": {"compare", "factorial", "figures", "sensitivity"},  # the others state what they are about
    "--window": {"compare", "factorial", "sensitivity"},
    "--over": {"claims", "compare", "events", "factorial", "mechanisms", "paper", "posterior check", "posterior show",
               "run", "sensitivity", "sweep", "validate"},
    "--replications": {"calibrate", "compare", "events", "factorial", "measured-points", "mechanisms", "run",
                       "sensitivity", "sweep", "validate"},
    "--months": {"compare", "factorial", "run", "sensitivity", "sweep"},  # facts date the others
    "--seed": {"calibrate", "compare", "factorial", "forecast", "posterior fit", "run", "sensitivity", "sweep"},
    "--dry-run": {"calibrate", "compare", "events", "factorial", "forecast", "measured-points", "mechanisms",
                  "posterior fit", "run", "sensitivity", "sweep", "validate"},
    "--format": {"designs", "export", "measures", "params", "scenarios"},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ASKS))
def test_who_can_be_asked_what(name: str) -> None:
    assert {command for command in COMMANDS if name in options(command)} == ASKS[name]


def test_the_page_on_commands_has_every_option_that_several_share() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, words in WORDS.items():
        having = sorted(command for command in COMMANDS if name in options(command))
        if len(having) > 1:
            listed = ", ".join(f"`{command}`" for command in having)
            assert f"| `{name}` | {words.replace('|', '&#124;')} | {listed} |" in page, name


# --- names of old -------------------------------------------------------------------------------


def test_names_of_old_are_shown_by_no_command_that_has_new_ones() -> None:
    for command, names in RENAMED.items():
        assert not set(names) & set(options(command)), command
        assert {name.partition("=")[0] for name in names.values()} <= set(options(command)), command


@pytest.mark.parametrize(
    ("command", "typed", "meant"),
    [
        ("sensitivity", ["--measure", "a"], ["--outcomes", "a"]),
        ("sensitivity", ["--statistic=final"], ["--window=final"]),
        ("sensitivity", ["--over", "last12"], ["--window", "last12"]),
        ("sensitivity", ["--over=2025-01:2025-12"], ["--window=2025-01:2025-12"]),
        ("sensitivity", ["--over", "luck"], ["--over", "luck"]),
        ("figures", ["d", "--measures=a"], ["d", "--outcomes=a"]),
        ("events", ["--seeds", "3"], ["--replications", "3"]),
        ("export", ["d", "--csv"], ["d", "--format=csv"]),
        ("export", ["d", "--parquet"], ["d", "--format=parquet"]),
        ("posterior check", ["check", "--members", "f.parquet"], ["check", "--over", "f.parquet"]),
        ("posterior fit", ["fit", "--members", "64"], ["fit", "--members", "64"]),
        ("run", ["--statistic"], ["--statistic"]),
    ],
)
def test_what_was_typed_of_old_is_what_is_typed_today(command: str, typed: list[str], meant: list[str]) -> None:
    assert todays(command, typed) == meant


@pytest.mark.parametrize("spelling", [["--measure", "rent"], ["--measure=rent"], ["--outcomes", "hhi_cloud,rent"]])
def test_names_of_old_still_work(spelling: list[str], tmp_path: Path) -> None:
    path = tmp_path / "d.toml"
    path.write_text('kind = "morris"\nsamples = 2\n[parameters]\n"policy.interoperability" = {}\n"policy.tax" = {}\n')
    fault = RUNNER.invoke(app, ["sensitivity", str(path), *spelling, "--dry-run"]).exception
    assert "--outcomes: there is no measure 'rent'" in str(fault)
    for name in ("--window", "--statistic"):
        done = RUNNER.invoke(app, ["sensitivity", str(path), name, "final", "--months", "12", "--dry-run"])
        assert "6 runs of 12 months" in done.output, done.output
        fault = RUNNER.invoke(app, ["sensitivity", str(path), name, "last999", "--dry-run"]).exception
        assert str(fault).startswith("--window: 'last999' needs at least 999 months")


@pytest.mark.parametrize("name", ["--over", "--members"])
@pytest.mark.parametrize("command", ["check", "show"])
def test_a_posterior_is_named_by_the_same_option_everywhere(command: str, name: str) -> None:
    fault = RUNNER.invoke(app, ["posterior", command, name, "nowhere.parquet"]).exception
    assert "nowhere.parquet: there is no such file" in str(fault) or "no such file" in str(fault)
    fault = RUNNER.invoke(app, ["posterior", command, name, "luck"]).exception
    assert str(fault) == "--over is luck, which has no members; allowed is posterior, or a file of members."


# --- runs that are only counted -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run baseline --months 3 --replications 4", "4 runs of 3 months: baseline."),
        ("run baseline", "1 run of 108 months: baseline."),
        ("events --replications 5", "10 runs of 41 months: 5 pairs of worlds, with the contract and without."),
        ("validate --over luck --replications 3", "3 runs of 49 months: the baseline over 3 seeds."),
        ("mechanisms --rows S1 --replications 3", "6 runs of 60 months: row S1, 3 pairs"),
        ("calibrate --generations 2 --candidates 5 --replications 3", "30 runs of 49 months: 2 generations of 5"),
        ("posterior fit --quick --members 16 --steps 1", "Up to 96 runs of 37 months: 16 members in 1 steps"),
        ("forecast --quick --members 16 --steps 1 --origin 2023-12", "Up to 48 runs of 37 months: 16 members"),
        ("compare baseline data_act --over luck --months 12", "40 runs of 12 months: 20 pairs."),
    ],
)
def test_a_dry_run_counts_and_writes_nothing(
    words: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUNNER.invoke(app, [*words.split(), "--dry-run"])
    assert done.exit_code == 0, done.exception
    assert told in done.output
    assert not list(tmp_path.iterdir())


# --- the way ------------------------------------------------------------------------------------


def test_the_command_alone_shows_the_way_in_five_lines() -> None:
    done = RUNNER.invoke(app, [])
    lines = done.output.splitlines()
    assert done.exit_code == 0
    assert len(lines) == 5
    for line in lines:
        command = line.split()[1]
        assert command == "COMMAND" or command in COMMANDS, line
        assert len(line) <= 120


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("kingmaker run basel", ["baseline"]),
        ("kingmaker compare baseline data_", ["data_act"]),
        ("kingmaker sweep exclusivity", ["exclusivity_ban"]),
        ("kingmaker factorial duty", ["duty_and_cap"]),
        ("kingmaker run own", ["own.toml"]),
        ("kingmaker sweep --repl", ["--replications"]),
        ("kingmaker new ", ["scenario", "design", "extension"]),
    ],
)
def test_the_shell_completes(typed: str, offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    place = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1)}
    done = RUNNER.invoke(app, [], env={"_KINGMAKER_COMPLETE": "complete_bash", **place}, prog_name="kingmaker")
    assert done.output.split() == offered
