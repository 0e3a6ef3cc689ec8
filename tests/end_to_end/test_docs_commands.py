"""Every command that the README or a page of docs/ shows exists with its options; the pages' steps do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from kingmaker.experiments.commands.cli import app
from tests.command import done_within

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"README": ROOT / "README.md"} | {
    path.relative_to(ROOT / "docs").with_suffix("").as_posix(): path for path in (ROOT / "docs").rglob("*.md")
}
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
GROUP: Any = typer.main.get_command(app)
COMMANDS: dict[str, Any] = GROUP.commands

# Pages whose steps are run here, one after the other. Of the others, the command line, Python, extending, sweeps and
# counterfactuals have tests of their own.
RUN = (
    "README",
    "first-hour",
    "tutorial",
    "policy-questions",
    "api/questions",
    "how-to/commands",
    "how-to/r",
    "how-to/netlogo",
    "how-to/sql-and-gephi",
)

# Pages of many commands that differ in their scenario only: run in this process, which spares each its start.
IN_PROCESS = ("policy-questions", "how-to/commands")

FEW_MEMBERS = "--months 30 --members 3 --lucks 1 --no-figures --window mean --workers 1"
FEW_SEEDS = "--months 30 --replications 2 --no-robustness --no-figures --window mean --workers 1"

# What takes minutes is run smaller: the options that are shown are checked above, these make less of the same.
LESS = {
    "kingmaker compare": FEW_MEMBERS,
    "kingmaker compare --over luck": FEW_SEEDS,
    "kingmaker compare baseline interoperability --months": FEW_SEEDS,
    "kingmaker run": "--no-figures",
    "kingmaker run baseline --over posterior --members 64": "--months 6 --members 2 --no-figures",
    "kingmaker run interoperability": "--months 30 --no-figures",
    "kingmaker factorial": None,  # tests/end_to_end/test_over_posterior.py runs one
    "kingmaker paper": None,  # tests/docs/test_paper.py runs it
    "kingmaker sweep interoperability_export_cap": "--dry-run",
}


def steps(path: Path) -> list[tuple[str, str]]:
    """The blocks of a page in order: language and text."""
    found = re.findall(
        r"^```(sh|toml|python)\n(.*?)^```", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return [(language, text.replace("\\\n", " ")) for language, text in found]


def commands(text: str) -> list[str]:
    lines = [re.sub(r"\s+#.*$", "", line).strip() for line in text.splitlines()]
    return [line.removeprefix("srun ") for line in lines if re.match(r"(srun )?kingmaker ", line)]


def shown() -> list[tuple[str, str]]:
    """All commands: those in blocks, and those in running text that name an option."""
    found = []
    for name, path in PAGES.items():
        blocks = [line for language, text in steps(path) if language == "sh" for line in commands(text)]
        prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        inline = [re.sub(r"\s+", " ", text) for text in re.findall(r"`(kingmaker [^`]+)`", prose)]
        found += [(name, line) for line in dict.fromkeys(blocks + inline) if "…" not in line]
    return found


def fault(line: str) -> str | None:
    """What the command line says of a command that is not run, if it would refuse it."""
    words = [
        re.sub(r"^\$?\{?[A-Z_]+\}?$|^[A-Z]$", "1", word) for word in shlex.split(line.replace("$SLURM_", "SLURM_"))
    ]
    if len(words) == 1:
        return None
    if words[1].startswith("--"):
        return None if words[1] in {"--help", *(p.opts[0] for p in GROUP.params)} else f"it has no option {words[1]}"
    command = COMMANDS.get(words[1])
    if command is None:
        return f"there is no command '{words[1]}'"
    if len(words) > 2 and words[2] in getattr(command, "commands", {}):  # such as ``posterior fit``
        command = command.commands[words[2]]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words[2:] if word.startswith("--") and word.partition("=")[0] not in {*known, "--help"}]
    return f"it has no option {', '.join(unknown)}" if unknown else None


def test_every_command_that_is_shown_exists() -> None:
    lines = shown()
    assert len(lines) > 40
    assert {f"{page}: {line}": fault(line) for page, line in lines if fault(line)} == {}


def test_every_page_with_steps_is_run_somewhere() -> None:
    elsewhere = {"how-to/command-line", "how-to/compare", "how-to/sensitivity", "how-to/branching", "how-to/sweeps",
                 "how-to/ema-workbench", "how-to/cluster", "how-to/classroom", "how-to/over-posterior"}  # fmt: skip
    elsewhere |= {name for name in PAGES if name.startswith("how-to/add-")}
    with_steps = {name for name, path in PAGES.items() if any(commands(t) for lang, t in steps(path) if lang == "sh")}
    assert with_steps - elsewhere == set(RUN) - {"api/questions"}  # which shows Python alone


def test_a_command_that_does_not_exist_is_found() -> None:
    assert fault("kingmaker play baseline")
    assert fault("kingmaker --instal")
    assert fault("kingmaker run baseline --horizon 12")
    assert fault("kingmaker run baseline --months 12") is None


def smaller(line: str) -> str | None:
    """The command as it is run here: the longest entry of LESS that fits replaces options of the same name."""
    fits = [start for start in LESS if line == start or line.startswith(f"{start} ")]
    if not fits:
        return line
    less = LESS[max(fits, key=len)]
    if less is None:
        return None
    words = shlex.split(line)
    for option in re.findall(r"--[\w-]+", less):
        while option in words and "--no-" not in option and option != "--dry-run":
            place = words.index(option)
            del words[place : place + 2]
        if option in words:
            words.remove(option)
    return shlex.join([*words, *shlex.split(less)])


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_the_steps_of_a_page_run(page: str, tmp_path: Path) -> None:
    for number, (language, text) in enumerate(steps(PAGES[page])):
        if language == "toml":
            name = text.partition("\n")[0].lstrip("# ").split()[0]
            assert name.endswith(".toml"), text
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "python":
            (tmp_path / f"step{number}.py").write_text(text, encoding="utf-8")
            run([f"step{number}.py"], tmp_path, text)
        else:
            assert commands(text) or text.startswith("make "), text  # the check itself runs the Makefile's targets
            for line in commands(text):
                made = smaller(line)
                if made is not None and page in IN_PROCESS:
                    done_within(made, tmp_path)
                elif made is not None:
                    run(["-m", "kingmaker", *shlex.split(made)[1:]], tmp_path, made)


def run(words: list[str], folder: Path, what: str) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{what}\n{done.stdout}\n{done.stderr}"
