"""What the shell can complete: names of shipped scenarios and designs. It must answer at once, so nothing is parsed."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2]
SCENARIOS = FOLDER / "environment" / "scenarios"
DESIGNS = FOLDER / "experiments" / "design" / "designs"


def scenario_names(incomplete: str) -> list[str]:
    """Shipped scenarios that begin so, and the files of the working folder."""
    return _names(SCENARIOS, incomplete)


def design_names(incomplete: str) -> list[str]:
    """Shipped designs that begin so, and the files of the working folder."""
    return _names(DESIGNS, incomplete)


def _names(folder: Path, incomplete: str) -> list[str]:
    known = [path.stem for path in sorted(folder.glob("*.toml"))]
    own = [path.name for path in sorted(Path.cwd().glob("*.toml"))]
    return [name for name in (*known, *own) if name.startswith(incomplete)]
