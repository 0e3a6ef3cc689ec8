"""What a study prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kingmaker.experiments.results.in_force import Held, sentence
from kingmaker.experiments.stats.levels import level_told
from kingmaker.experiments.stats.prim_box import Box
from kingmaker.experiments.studies.sensitivity.convergence import CONSTANT, CONVERGED, ROUGH
from kingmaker.experiments.studies.sensitivity.indices import MAIN
from kingmaker.experiments.studies.sensitivity.study import Study

MOST = 12


def print_study(study: Study, box: Box | str | None, out: Path, held: Sequence[Held] = ()) -> None:
    """Print the leading parameters of the first outcomes, the verdict on the sample, and the folder."""
    from kingmaker.experiments.terminal.console import Console

    console = Console()
    main = MAIN[study.sample.kind]
    console.print(f"Leading parameters, by {main}", style="bold")
    verdicts = dict(zip(study.convergence["outcome"], study.convergence["verdict"], strict=True))
    for outcome in study.outcomes[:MOST]:
        rows = study.table[(study.table["outcome"] == outcome) & (study.table["index"] == main)]
        order = rows["value"].abs().sort_values(ascending=False).index[:3]
        leading = ", ".join(f"{rows.loc[k, 'parameter']} {rows.loc[k, 'value']:.3g}" for k in order)
        verdict = verdicts[outcome]
        console.say(f"  {study.labels[outcome]}: {leading + '; ' if leading else ''}{verdict}")
    counts = study.convergence["verdict"].value_counts()
    known = len(study.outcomes) - counts.get(CONSTANT, 0)
    console.say(
        f"{len(study.outcomes)} outcomes: {counts.get(CONVERGED, 0)} converged, {counts.get(ROUGH, 0)} rough, "
        f"{known - counts.get(CONVERGED, 0) - counts.get(ROUGH, 0)} with too small a sample, "
        f"{counts.get(CONSTANT, 0)} constant."
    )
    if isinstance(box, str):
        console.say(box)
    elif box is not None:
        console.say(
            f"{box.case}: {100 * box.share:.0f} % of points, {100 * box.density:.0f} % in the box of "
            f"{', '.join(box.limits['parameter']) or 'no parameter'} (report.md)."
        )
    for told in level_told(study.level):
        console.say(told)
    if held:
        console.say(sentence(held, "In force before anything is varied"))
    console.say(f"Report, figures and data are in {out}")
