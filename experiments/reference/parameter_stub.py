"""The types of the parameters, made from their table, so that a misspelt parameter is found before it runs.

``python -m kingmaker.experiments.reference.parameter_stub`` writes ``agents/parameter_groups.py``; a test holds that it
is current.
"""

from __future__ import annotations

from pathlib import Path

from kingmaker.environment.inputs.parameters import DECLARATIONS, GROUPS

PLACE = Path(__file__).resolve().parents[2] / "agents" / "parameter_groups.py"
HEAD = '''"""The parameters in force, by group: one number a world, shape (worlds, 1).

Made from ``environment/parameters.csv`` by ``python -m kingmaker.experiments.reference.parameter_stub``; do not edit by
hand. The table has each one's unit, range, meaning and source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kingmaker.agents.types import Declared, FloatArray
'''
OWN = '''
    if TYPE_CHECKING:  # its values are the environment's

        def __getitem__(self, declared: Declared | str) -> FloatArray:
            """A parameter by its declaration: so those are read that an extension declares."""
'''


def stub() -> str:
    """The text of the module."""
    text = [HEAD]
    for group, meaning in GROUPS.items():
        text += ["", f"class {_class_of(group)}:", f'    """{meaning}"""', ""]
        text += [f"    {key.split('.')[1]}: FloatArray" for key in DECLARATIONS if key.startswith(f"{group}.")]
        text.append("")
    text += ["", "class Parameters:", '    """All groups."""', ""]
    text += [f"    {group}: {_class_of(group)}" for group in GROUPS]
    return "\n".join(text) + "\n" + OWN


def _class_of(group: str) -> str:
    return f"{group.title()}Parameters"


if __name__ == "__main__":
    PLACE.write_text(stub(), encoding="utf-8")
