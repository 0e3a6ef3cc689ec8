"""Where results go: the question that a folder answers, trials before the run, kills at any moment, no litter."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from kingmaker.experiments.results.asked import Asked
from kingmaker.experiments.results.exchange import DOT, workshop
from kingmaker.experiments.results.filing import check_files, filed
from kingmaker.experiments.results.manifest import write_manifest
from kingmaker.experiments.results.outputs import OURS, OutputError, default_folder, located, staged, unfinished

ROOT = Path(__file__).resolve().parents[2]


def asked(number: int) -> Asked:
    return Asked("run", f"question {number}", {"number": number})


def answer(out: Path, number: int, *, force: bool = False, text: str = "") -> None:
    with staged(out, asked(number), force) as folder:
        (folder / "measures.csv").write_text(text or str(number), encoding="utf-8")
        (folder / "graphs").mkdir()
        (folder / "graphs" / f"{number}.gexf").touch()
        write_manifest({"kingmaker_version": "0", "question": asked(number).record}, folder)


def stands(out: Path) -> int:
    """The answer that stands in a folder, which must be whole and the only thing there."""
    number = int((out / "measures.csv").read_text(encoding="utf-8"))
    assert {path.name for path in out.iterdir()} == {"measures.csv", "graphs", "manifest.json"}
    assert [path.name for path in (out / "graphs").iterdir()] == [f"{number}.gexf"]
    return number


def test_the_same_question_replaces_its_answer_and_another_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer(out, 1)
    answer(out, 1)
    with pytest.raises(
        OutputError, match=r"answers another question \(question 1\); asked is now: question 2.*--force"
    ):
        answer(out, 2)
    assert stands(out) == 1
    answer(out, 2, force=True)
    assert stands(out) == 2


def test_a_result_that_does_not_say_its_question_is_kept(tmp_path: Path) -> None:
    write_manifest({"kingmaker_version": "0", "question": ["odd"]}, tmp_path)
    with pytest.raises(OutputError, match="does not say which question"):
        answer(tmp_path, 1)


def test_the_default_folder_is_another_one_for_another_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = default_folder("mine-seed1", asked(1))
    answer(first, 1)
    second = default_folder("mine-seed1", asked(2))
    assert (first.name, second.name) == ("mine-seed1", f"mine-seed1-{asked(2).digest[:8]}")
    assert default_folder("mine-seed1", asked(1)) == first
    assert len(default_folder("x" * 400, asked(1)).name) < 200
    assert default_folder("a/b:c", asked(1)).name == "a_b_c"


def test_force_does_not_touch_a_users_own_files(tmp_path: Path) -> None:
    answer(tmp_path, 1)
    (tmp_path / "notes.txt").touch()
    with pytest.raises(OutputError, match=r"holds notes\.txt"):
        answer(tmp_path, 2, force=True)
    assert (tmp_path / "measures.csv").read_text(encoding="utf-8") == "1"


def test_the_folder_itself_stays_and_links_are_followed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "lost+found").mkdir(parents=True)  # a volume of its own
    out.chmod(0o750)
    (tmp_path / "link").symlink_to(out)
    before = out.stat()
    answer(tmp_path / "link", 1)
    answer(tmp_path / "link", 2, force=True)
    (out / "lost+found").rmdir()
    assert stands(out) == 2
    after = out.stat()
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    assert (tmp_path / "link").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "link"}


@pytest.mark.parametrize("place", ["x" * 300, "file/below", "file", "loop", "a\0b"])
def test_a_place_that_cannot_be_is_told_at_once(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match=r"cannot be written|is a file"), staged(tmp_path / place, asked(1)):
        pytest.fail("the block must not be entered")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "loop"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_what_the_trial_finds_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match=os.strerror(number)), staged(tmp_path / "new" / "out", asked(1)):
        pytest.fail("the block must not be entered")
    assert list(tmp_path.iterdir()) == []


def test_two_at_once(tmp_path: Path) -> None:
    with workshop(tmp_path / "out") as work:
        assert work is not None
        with pytest.raises(OutputError, match="another kingmaker is writing"):
            answer(tmp_path / "out", 1)
    answer(tmp_path / "out", 1)


class Killed(BaseException):
    """As if the process were killed: nothing is cleaned up."""


@pytest.mark.parametrize("step", range(12))
def test_a_kill_at_any_step_leaves_the_old_or_what_the_next_repairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each move in the exchange is cut short in turn; the folder as it then lies is copied, as a kill leaves it."""
    out, left = tmp_path / "out", tmp_path / "left"
    answer(out, 1)
    rename, moves = Path.rename, 0

    def count(path: Path, target: Path) -> Path:
        nonlocal moves
        if moves == step and not left.exists():
            shutil.copytree(out, left)
        moves += 1
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", count)
    answer(out, 2, force=True)
    monkeypatch.undo()
    if not left.exists():
        assert step >= moves > 6  # all moves were cut short by an earlier case
        return
    with staged(left, None, True) as folder:  # whoever comes next
        there = stands_without_dot(left)
        shutil.copytree(left / "graphs", folder / "graphs")
    assert there in (1, 2)
    assert not (left / DOT).exists()


def stands_without_dot(out: Path) -> int:
    number = int((out / "measures.csv").read_text(encoding="utf-8"))
    assert {path.name for path in out.iterdir()} == {"measures.csv", "graphs", "manifest.json", DOT}
    assert [path.name for path in (out / "graphs").iterdir()] == [f"{number}.gexf"]
    return number


def test_what_a_killed_process_left_is_cleared_here_and_beside(tmp_path: Path) -> None:
    for name in ("dead", "other"):
        (tmp_path / name / DOT / "part").mkdir(parents=True)
        (tmp_path / name / DOT / "made").touch()
        (tmp_path / name / DOT / "lock").touch()
    with workshop(tmp_path / "alive") as work:
        assert work is not None
        work.begin()
        answer(tmp_path / "dead", 1)
        assert (tmp_path / "alive" / DOT / "part").is_dir()
    assert stands(tmp_path / "dead") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"dead"}


def test_kept_runs_outlive_a_stop_and_nothing_else_does(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def stop() -> None:
        with staged(out, asked(1)):
            unfinished(out).mkdir()
            (unfinished(out) / "part-1.parquet").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert [path.name for path in (out / DOT).rglob("*") if path.is_file()] == ["made", "part-1.parquet"]
    answer(out, 1)
    assert stands(out) == 1


def test_files_among_others_are_replaced_by_the_same_question_only(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine", encoding="utf-8")

    def write(number: int, name: str = "page.md", *, force: bool = False) -> None:
        with filed(tmp_path, (name,), asked(number), force) as folder:
            (folder / name).write_text(str(number), encoding="utf-8")

    write(1)
    write(1)
    for number, name in ((2, "page.md"), (1, "mine.md")):
        with pytest.raises(OutputError, match=r"--force"):
            write(number, name)
    write(2, force=True)
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == "2"
    assert (tmp_path / "mine.md").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"mine.md", "page.md", ".kingmaker.json"}


def test_the_commands_that_make_the_documentation_may_make_it_again() -> None:
    from kingmaker.experiments.design.replicates import POSTERIOR
    from kingmaker.experiments.paper.paper_run import question
    from kingmaker.experiments.posterior.over import members_asked
    from kingmaker.experiments.studies.validation import member_validation

    over, level = members_asked(None, usual=POSTERIOR)
    assert over is not None
    files = member_validation.MEMBER_FILES
    check_files(ROOT / "docs", files, member_validation.question(over, {}), force=False)
    with pytest.raises(OutputError, match=f"{len(over)} members"):
        check_files(ROOT / "docs", files, Asked("validate", "", {"seeds": 2, "pins": {}}), force=False)
    check_files(ROOT / "docs/paper", ("paper.md",), question(False, level, over), force=False)


def test_all_that_is_ours_has_a_plain_name() -> None:
    assert all(Path(name).name == name for name in OURS)
    assert located(Path()) == Path.cwd()
