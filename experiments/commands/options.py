"""Options that several commands share, in one set of words."""

from __future__ import annotations

import os
from typing import Annotated

import typer

Force = Annotated[
    bool, typer.Option("--force", help="Replace what answers another question there; your own files stay.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=1024, help="Processes; as many as there are free cores if not given.")
]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
