"""The class: groups, predictions, scores, what is open and revealed; in SQLite, so that a restart loses nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kingmaker.agents.errors import KingmakerError
from kingmaker.experiments.classroom.lesson import ANSWERS, Lesson, lessons

MOST_ROWS = 3_000  # of votes, and of scores
LONGEST_NAME, LONGEST_REASON = 40, 300
KEPT_CLEARINGS = 20
COLUMNS = ("lesson", "group", "measure", "prediction", "reason")
_TABLES = """
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (visitor TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS votes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, visitor TEXT NOT NULL, lesson TEXT NOT NULL, answers TEXT NOT NULL,
    reason TEXT NOT NULL, UNIQUE (visitor, lesson)
);
CREATE TABLE IF NOT EXISTS scores (
    visitor TEXT NOT NULL, mandate TEXT NOT NULL, question TEXT NOT NULL, score REAL NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (visitor, mandate)
);
CREATE TABLE IF NOT EXISTS cleared (id TEXT PRIMARY KEY, votes TEXT NOT NULL);
"""


class ClassError(KingmakerError):
    """Something that the class may not do; ``code`` is the API's."""

    def __init__(self, code: str, message: str) -> None:
        """Say what, and why not."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Vote:
    """What one group has locked in one lesson."""

    visitor: str
    group: str
    answers: Mapping[str, str]
    reason: str


class ClassStore:
    """One class.

    Args:
        path: the file; ``:memory:`` keeps nothing.

    Raises:
        ClassError: the file cannot be used.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file, or make it."""
        try:
            self._db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=5.0)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_TABLES)
        except sqlite3.Error as fault:
            raise ClassError(
                "bad_file", f"{path}: cannot be used as the class's file ({fault}). Give another with --class-file."
            ) from None
        self.changed: Callable[[], None] = lambda: None  # the server tells those who listen

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def key(self) -> str:
        """The teacher's key, the same after a restart."""
        found = self._state("key")
        if not found:
            found = secrets.token_urlsafe(6)
            self._put("key", found)
        return found

    @property
    def token(self) -> str:
        """What the teacher's cookie holds: made of the key, from which it cannot be told."""
        return hashlib.sha256(b"kingmaker teacher\0" + self.key.encode()).hexdigest()

    def is_teacher(self, token: str) -> bool:
        """Whether a cookie is the teacher's; takes the same time for every wrong one."""
        return secrets.compare_digest(token.encode(), self.token.encode())

    def is_key(self, key: str) -> bool:
        """Whether this is the teacher's key; takes the same time for every wrong one."""
        return secrets.compare_digest(key.strip().encode(), self.key.encode())

    @property
    def open_lesson(self) -> str | None:
        """The lesson that the class works on."""
        found = self._state("open")
        return found if found in lessons() else None

    def open(self, lesson: str | None) -> None:
        """Let the class work on a lesson, or on none."""
        self._put("open", lesson or "")
        self.changed()

    @property
    def revealed(self) -> list[str]:
        """The lessons whose outcome all may see."""
        found: list[str] = json.loads(self._state("revealed") or "[]")
        return [lesson for lesson in found if lesson in lessons()]

    def reveal(self, lesson: str, revealed: bool) -> None:
        """Show the outcome of a lesson to all, or close it again."""
        found = [other for other in self.revealed if other != lesson]
        self._put("revealed", json.dumps(found + [lesson] * revealed))
        self.changed()

    def group(self, visitor: str) -> str:
        """The name of a visitor's group; empty if it has none."""
        row = self._db.execute("SELECT name FROM groups WHERE visitor = ?", (visitor,)).fetchone()
        return str(row[0]) if row else ""

    def name_group(self, visitor: str, name: str) -> None:
        """Give a visitor's group its name.

        Raises:
            ClassError: another device has the name, it is empty, or the group has voted under its name already.
        """
        plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST_NAME]
        if not plain:
            raise ClassError("bad_request", "Give your group a name.")
        if self.group(visitor) == plain:
            return
        with self._writing():
            voted = self._db.execute("SELECT 1 FROM votes WHERE visitor = ?", (visitor,)).fetchone()
            if voted and self.group(visitor):
                raise ClassError("already_locked", "Your group has voted under its name already.")
            try:
                self._db.execute(
                    "INSERT INTO groups VALUES (?, ?, ?) ON CONFLICT (visitor) DO UPDATE SET name = excluded.name, "
                    "folded = excluded.folded", (visitor, plain, plain.casefold()),
                )  # fmt: skip
            except sqlite3.IntegrityError:
                raise ClassError("name_taken", f"Another group is called '{plain}'.") from None
        self.changed()

    def lock(self, visitor: str, lesson: Lesson, answers: Mapping[str, str], reason: str) -> None:
        """Store what a group predicts; a vote that has been cast stands.

        Raises:
            ClassError: it has voted, an answer is missing or unknown, or the sheet is full.
        """
        wrong = [name for name in lesson.measures if answers.get(name) not in ANSWERS]
        if wrong or len(answers) != len(lesson.measures):
            raise ClassError("bad_request", f"Answer each measure with {', '.join(ANSWERS)}: {', '.join(wrong)}.")
        kept = {name: answers[name] for name in lesson.measures}
        with self._writing():
            if self._db.execute("SELECT COUNT(*) FROM votes").fetchone()[0] >= MOST_ROWS:
                raise ClassError("too_many", "The class's sheet is full: the teacher may clear it.")
            try:
                self._db.execute(
                    "INSERT INTO votes (visitor, lesson, answers, reason) VALUES (?, ?, ?, ?)",
                    (visitor, lesson.id, json.dumps(kept), reason[:LONGEST_REASON]),
                )
            except sqlite3.IntegrityError:
                raise ClassError("already_locked", "Your group has locked its prediction already.") from None
        self.changed()

    def locked(self, visitor: str) -> dict[str, dict[str, str]]:
        """Lesson -> measure -> what a visitor has predicted."""
        rows = self._db.execute("SELECT lesson, answers FROM votes WHERE visitor = ?", (visitor,))
        return {lesson: json.loads(answers) for lesson, answers in rows}

    def votes(self, lesson: str) -> list[Vote]:
        """All votes of a lesson, in the order in which they came."""
        rows = self._db.execute(
            "SELECT v.visitor, COALESCE(g.name, ''), v.answers, v.reason FROM votes v LEFT JOIN groups g "
            "ON g.visitor = v.visitor WHERE v.lesson = ? ORDER BY v.number", (lesson,),
        )  # fmt: skip
        return [Vote(visitor, group, json.loads(answers), reason) for visitor, group, answers, reason in rows]

    def tally(self, lesson: Lesson) -> dict[str, Counter[str]]:
        """Measure -> how many said what."""
        votes = self.votes(lesson.id)
        return {name: Counter(vote.answers.get(name, "") for vote in votes) for name in lesson.measures}

    def counts(self) -> tuple[int, int]:
        """How many groups have a name, and how many have locked the lesson that is open."""
        groups = self._db.execute("SELECT COUNT(*) FROM groups").fetchone()[0]
        locked = self._db.execute("SELECT COUNT(*) FROM votes WHERE lesson = ?", (self.open_lesson,)).fetchone()[0]
        return int(groups), int(locked)

    def clear(self, lesson: str | None) -> tuple[str, int]:
        """Take the votes of a lesson, or all, from the sheet: what :meth:`undo` needs to bring them back; how many."""
        where, given = ("WHERE lesson = ?", (lesson,)) if lesson else ("", ())
        with self._writing():
            rows = self._db.execute(f"SELECT visitor, lesson, answers, reason FROM votes {where}", given).fetchall()
            name = secrets.token_hex(6)
            self._db.execute("INSERT INTO cleared VALUES (?, ?)", (name, json.dumps(rows)))
            self._db.execute(f"DELETE FROM votes {where}", given)
            self._db.execute(
                "DELETE FROM cleared WHERE rowid NOT IN (SELECT rowid FROM cleared ORDER BY rowid DESC LIMIT ?)",
                (KEPT_CLEARINGS,),
            )
        self.changed()
        return name, len(rows)

    def undo(self, name: str) -> int:
        """Bring cleared votes back; a vote that has been cast since stands. How many came back.

        Raises:
            ClassError: there is nothing to bring back under this name.
        """
        with self._writing():
            row = self._db.execute("SELECT votes FROM cleared WHERE id = ?", (name,)).fetchone()
            if row is None:
                raise ClassError("not_found", "There is nothing to bring back.")
            before = self._db.total_changes
            self._db.executemany(
                "INSERT OR IGNORE INTO votes (visitor, lesson, answers, reason) VALUES (?, ?, ?, ?)", json.loads(row[0])
            )
            restored = self._db.total_changes - before
            self._db.execute("DELETE FROM cleared WHERE id = ?", (name,))
        self.changed()
        return restored

    def add_score(self, visitor: str, mandate: str, question: str, score: float, body: Mapping[str, Any]) -> int:
        """Put a score on the board, the best of a group under each mandate; the rank of what stands."""
        with self._writing():
            known = self._db.execute(
                "SELECT score FROM scores WHERE visitor = ? AND mandate = ?", (visitor, mandate)
            ).fetchone()
            if known is None and self._db.execute("SELECT COUNT(*) FROM scores").fetchone()[0] >= MOST_ROWS:
                raise ClassError("too_many", "The scoreboard is full.")
            if known is None or known[0] < score:
                self._db.execute(
                    "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)",
                    (visitor, mandate, question, score, json.dumps(body)),
                )
        self.changed()
        best = max(score, known[0]) if known else score
        higher = "SELECT COUNT(*) FROM scores WHERE mandate = ? AND score > ?"
        return 1 + int(self._db.execute(higher, (mandate, best)).fetchone()[0])

    def scores(self, mandate: str, most: int = 100) -> list[dict[str, Any]]:
        """The scoreboard of a mandate, the best first."""
        rows = self._db.execute(
            "SELECT COALESCE(g.name, ''), s.question, s.score, s.body FROM scores s LEFT JOIN groups g "
            "ON g.visitor = s.visitor WHERE s.mandate = ? ORDER BY s.score DESC LIMIT ?", (mandate, most),
        )  # fmt: skip
        return [
            {"group": group or None, "question": question, "score": score, **json.loads(body)}
            for group, question, score, body in rows
        ]

    def to_csv(self) -> str:
        """The sheet as CSV; text that a spreadsheet would take for a formula is made harmless."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(COLUMNS)
        for lesson in lessons():
            for vote in self.votes(lesson):
                for measure, said in vote.answers.items():
                    writer.writerow([lesson, _harmless(vote.group), measure, said, _harmless(vote.reason)])
        return buffer.getvalue()

    def _state(self, key: str) -> str:
        row = self._db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def _put(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _harmless(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
