"""Before the class comes: the page's files and all that is at hand are encoded and compressed, a little at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from kingmaker.experiments.classroom.answer_routes import catalogue_body, story_body
from kingmaker.experiments.classroom.answers import Desk
from kingmaker.experiments.classroom.choices import LANGUAGES
from kingmaker.experiments.classroom.encoded import Encoded
from kingmaker.experiments.classroom.page_files import Files
from kingmaker.experiments.classroom.visitor_question import read

PAUSE = 0.02  # seconds left to those who ask already, after each body


async def prepare(desk: Desk, files: Files) -> None:
    """Nobody who moves a lever that is at hand waits for its compression, not even the first."""
    async for body in _bodies(desk, files):
        body.prepare()
        await asyncio.sleep(PAUSE)


async def _bodies(desk: Desk, files: Files) -> AsyncIterator[Encoded]:
    """What is asked first comes first."""
    for name in files.names():
        yield files.read(name)
    if not desk.found.answers:  # nothing is at hand: questions wait until somebody asks them
        return
    for language in LANGUAGES:
        yield catalogue_body(desk, language)
        yield await story_body(desk, language, "")
    for text in desk.found.answers:
        question = read(text)
        yield await desk.curve(question, "")
        yield await desk.band(question, "", quick=False)
