"""Kingmaker: an agent-based model of the AI-compute economy.

What a user needs, to run the model and to add to it, stands here (``import kingmaker as km``) and is imported when it
is first used. The code itself is in the folders ``agents`` (who decides), ``environment`` (markets, ledger, policy,
the month) and ``experiments`` (runs, sweeps, studies, figures), imported as ``kingmaker.agents`` and so on.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # of typing, whose import takes a while in which Ctrl-C could not be told in words
if TYPE_CHECKING:
    from typing import Any

    from kingmaker.agents.chipmaker import Chipmaker
    from kingmaker.agents.cloud import Cloud
    from kingmaker.agents.draws import Draws
    from kingmaker.agents.enterprise import Enterprise
    from kingmaker.agents.errors import KingmakerError
    from kingmaker.agents.investor import Investor
    from kingmaker.agents.member import Column
    from kingmaker.agents.offers import Offers
    from kingmaker.agents.parameter_groups import Parameters
    from kingmaker.agents.regulator import Regulator
    from kingmaker.agents.startup import Startup
    from kingmaker.agents.types import BoolArray, FloatArray, IntArray
    from kingmaker.environment.core.economy import Economy
    from kingmaker.environment.core.measures import Measure
    from kingmaker.environment.inputs.extensions import ChipRule, Gauge, Instrument
    from kingmaker.environment.inputs.parameters import Declaration
    from kingmaker.environment.inputs.scenario import Scenario, load_scenario
    from kingmaker.environment.inputs.table_rows import ChipmakerRow, ChipRow
    from kingmaker.environment.model import ComputeEconomy
    from kingmaker.experiments.notebook.asking import compare, run, stack, sweep
    from kingmaker.experiments.notebook.comparison_result import ComparisonResult
    from kingmaker.experiments.notebook.crossing import factorial
    from kingmaker.experiments.notebook.posterior_result import Posterior, posterior
    from kingmaker.experiments.notebook.result import Result
    from kingmaker.experiments.notebook.result_folders import load
    from kingmaker.experiments.notebook.run_result import RunResult
    from kingmaker.experiments.notebook.study_results import FactorialResult, ForecastResult, SensitivityResult
    from kingmaker.experiments.notebook.sweep_result import SweepResult
    from kingmaker.experiments.posterior.members import Members
    from kingmaker.experiments.sweep.evaluate import evaluate
    from kingmaker.experiments.sweep.reading import query

    __version__: str

__all__ = [
    "BoolArray",
    "ChipRow",
    "ChipRule",
    "Chipmaker",
    "ChipmakerRow",
    "Cloud",
    "Column",
    "ComparisonResult",
    "ComputeEconomy",
    "Declaration",
    "Draws",
    "Economy",
    "Enterprise",
    "FactorialResult",
    "FloatArray",
    "ForecastResult",
    "Gauge",
    "Instrument",
    "IntArray",
    "Investor",
    "KingmakerError",
    "Measure",
    "Members",
    "Offers",
    "Parameters",
    "Posterior",
    "Regulator",
    "Result",
    "RunResult",
    "Scenario",
    "SensitivityResult",
    "Startup",
    "SweepResult",
    "__version__",
    "compare",
    "evaluate",
    "factorial",
    "load",
    "load_scenario",
    "posterior",
    "query",
    "run",
    "stack",
    "sweep",
]

_PLACES = {
    "ComputeEconomy": "kingmaker.environment.model",
    "evaluate": "kingmaker.experiments.sweep.evaluate",
    "Members": "kingmaker.experiments.posterior.members",
    "query": "kingmaker.experiments.sweep.reading",
    # questions and their results
    "FactorialResult": "kingmaker.experiments.notebook.study_results",
    "ForecastResult": "kingmaker.experiments.notebook.study_results",
    "Posterior": "kingmaker.experiments.notebook.posterior_result",
    "SensitivityResult": "kingmaker.experiments.notebook.study_results",
    "posterior": "kingmaker.experiments.notebook.posterior_result",
    "ComparisonResult": "kingmaker.experiments.notebook.comparison_result",
    "Result": "kingmaker.experiments.notebook.result",
    "RunResult": "kingmaker.experiments.notebook.run_result",
    "Scenario": "kingmaker.environment.inputs.scenario",
    "SweepResult": "kingmaker.experiments.notebook.sweep_result",
    "compare": "kingmaker.experiments.notebook.asking",
    "factorial": "kingmaker.experiments.notebook.crossing",
    "load": "kingmaker.experiments.notebook.result_folders",
    "load_scenario": "kingmaker.environment.inputs.scenario",
    "run": "kingmaker.experiments.notebook.asking",
    "stack": "kingmaker.experiments.notebook.asking",
    "sweep": "kingmaker.experiments.notebook.asking",
    # what an extension of a user's own is written with (docs/how-to/extend.md)
    "BoolArray": "kingmaker.agents.types",
    "ChipRow": "kingmaker.environment.inputs.table_rows",
    "ChipRule": "kingmaker.environment.inputs.extensions",
    "Chipmaker": "kingmaker.agents.chipmaker",
    "ChipmakerRow": "kingmaker.environment.inputs.table_rows",
    "Cloud": "kingmaker.agents.cloud",
    "Column": "kingmaker.agents.member",
    "Declaration": "kingmaker.environment.inputs.parameters",
    "Draws": "kingmaker.agents.draws",
    "Economy": "kingmaker.environment.core.economy",
    "Enterprise": "kingmaker.agents.enterprise",
    "FloatArray": "kingmaker.agents.types",
    "Gauge": "kingmaker.environment.inputs.extensions",
    "Instrument": "kingmaker.environment.inputs.extensions",
    "IntArray": "kingmaker.agents.types",
    "Investor": "kingmaker.agents.investor",
    "KingmakerError": "kingmaker.agents.errors",
    "Measure": "kingmaker.environment.core.measures",
    "Offers": "kingmaker.agents.offers",
    "Parameters": "kingmaker.agents.parameter_groups",
    "Regulator": "kingmaker.agents.regulator",
    "Startup": "kingmaker.agents.startup",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from kingmaker.environment.inputs.provenance import kingmaker_version

        return kingmaker_version()
    if name not in _PLACES:
        from kingmaker.agents.errors import nearest

        raise AttributeError(f"module 'kingmaker' has no attribute '{name}'.{nearest(name, __all__)}")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    """The public names, also before they are imported."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
