"""The report of a study in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kingmaker.experiments.design.sweep_design import Design
from kingmaker.experiments.figures.study_figures import MEANINGS
from kingmaker.experiments.results.in_force import Held, table
from kingmaker.experiments.stats.levels import CRITERION, Level
from kingmaker.experiments.stats.prim_box import Box
from kingmaker.experiments.studies.sensitivity.convergence import CONSTANT, CONVERGED, NARROW, NOISY, ROUGH
from kingmaker.experiments.studies.sensitivity.indices import MAIN, main_index
from kingmaker.experiments.studies.sensitivity.study import Study
from kingmaker.experiments.terminal.phrases import listed
from kingmaker.experiments.terminal.safe_text import for_code, for_markdown

if TYPE_CHECKING:
    import pandas as pd

METHOD_WORDS = {
    "oat": "one factor at a time",
    "morris": "Morris' elementary effects",
    "sobol": "Sobol' indices",
    "lhs": "a Latin hypercube",
}
MOST_LISTED = 25


def write_report(design: Design, study: Study, box: Box | str | None, held: Sequence[Held] = ()) -> str:
    """The report as Markdown; ``held`` is what is in force in the scenario before anything is varied."""
    lines = [f"# Sensitivity: {for_markdown(design.title or design.name)}", "", *_what(design, study)]
    lines += [*_in_force(design, held), *_trust(study)]
    lines += [*_ranking(study), *_noise(study)]
    if isinstance(box, str):
        lines += ["## Scenario discovery", "", for_markdown(box), ""]
    elif box is not None:
        lines += box_lines(box, study.level)
    return "\n".join([*lines, *_reading(study)]) + "\n"


def _what(design: Design, study: Study) -> Iterator[str]:
    sample = study.sample
    size = {"oat": "the scenario and both ends of each", "morris": f"{sample.blocks} trajectories"}.get(
        sample.kind, f"{sample.blocks} {'base samples' if sample.kind == 'sobol' else 'points'}"
    )
    yield (
        f"{len(sample.names)} parameters by {METHOD_WORDS[sample.kind]} ({size}) over the scenario "
        f"{for_markdown(design.setting.label)}: {len(study.points)} points of {design.months} months, each with "
        f"{design.replications} {'seed' if design.replications == 1 else 'seeds'} "
        f"({design.seed} to {design.seed + design.replications - 1}, the same for all points)."
    )
    yield ""
    if sample.kind == "oat":
        yield "| parameter | low | high |"
        yield "|---|---|---|"
        for k, name in enumerate(sample.names):
            yield f"| `{name}` | {study.points[1 + 2 * k][name]:g} | {study.points[2 + 2 * k][name]:g} |"
    else:
        yield "| parameter | from | to |"
        yield "|---|---|---|"
        for factor in design.factors:
            yield f"| `{factor.key}` | {factor.low:g} | {factor.high:g} |"
    yield ""


def _in_force(design: Design, held: Sequence[Held]) -> Iterator[str]:
    if not held:
        return
    yield "## What is in force"
    yield ""
    levers = [f"`{key}`" for key in design.keys if key.startswith("policy.")]
    varied = f"the study itself varies {listed(levers)}" if levers else "the study varies no lever of policy"
    yield f"In the scenario before anything is varied (one run, seed {design.seed}); {varied}."
    yield ""
    yield from table(held)
    yield ""


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples())


def _trust(study: Study) -> Iterator[str]:
    found = study.convergence
    counts = found["verdict"].value_counts()
    yield "## Was the sample large enough?"
    yield ""
    constant = found.loc[found["verdict"] == CONSTANT, "outcome"]
    if len(constant) < len(found):
        sure, rough = (int(counts.get(verdict, 0)) for verdict in (CONVERGED, ROUGH))
        vary = len(found) - len(constant)
        yield (
            f"For {sure} of {vary} {'outcome that varies' if vary == 1 else 'outcomes that vary'}, yes (widest "
            f"{CRITERION.words} of an index up to 0.10); for {rough} roughly (up to 0.25)"
            + ("; for the others **no**: their numbers are tentative." if sure + rough < vary else ".")
        )
        yield ""
    if len(constant):
        yield f"The same at all points, so that no parameter moves them here: {_labels(study, constant)}."
        yield ""
    short = found[~found["verdict"].isin([CONVERGED, CONSTANT])].sort_values("width", ascending=False)
    if not short.empty:
        yield "| outcome | verdict | widest interval | change against half the sample | sample | needed |"
        yield "|---|---|---|---|---|---|"
        for row in _rows(short.head(MOST_LISTED)):
            yield (
                f"| {for_markdown(study.labels[row.outcome])} | {row.verdict} | {_number(row.width)} | "
                f"{_number(row.change)} | {row.samples} | {_number(row.samples_needed, 0)} |"
            )
        yield ""
        if len(short) > MOST_LISTED:
            yield f"{len(short) - MOST_LISTED} more are in `convergence.csv`."
            yield ""


def _labels(study: Study, outcomes: Iterable[str]) -> str:
    return "; ".join(for_markdown(study.labels[outcome]) for outcome in outcomes)


def _ranking(study: Study) -> Iterator[str]:
    main = MAIN[study.sample.kind]
    yield "## What matters"
    yield ""
    if (study.convergence["verdict"] == CONSTANT).all():
        yield "Nothing can be ranked: no outcome differs between the points of this study."
        yield ""
        return
    told = {row.outcome: row.verdict for row in _rows(study.convergence)}
    ranked = study.table[study.table["index"] == main]
    for outcome in study.outcomes:
        rows = ranked[ranked["outcome"] == outcome]
        if rows.empty or told[outcome] == CONSTANT:
            continue
        rows = rows.assign(size=rows["value"].abs()).sort_values("size", ascending=False)
        clear = [row for row in _rows(rows) if row.low > 0.0 or row.high < 0.0][:4]
        words = ", ".join(f"`{row.parameter}` {row.value:.3g} ({row.low:.3g} to {row.high:.3g})" for row in clear)
        yield f"- {for_markdown(study.labels[outcome])}{_doubt(told[outcome])}: {words or 'no parameter clearly'}"
    names = {"swing": "swing", "mu_star": "µ*"}
    yield ""
    yield f"The numbers are {names.get(main, main)} with {study.level.words}s; all are in `indices.csv`."
    yield ""
    yield "![What moves what](figures/heatmap.png)"
    yield ""
    fixed = negligible(study)
    if fixed:
        yield f"Clearly without weight for any outcome, so that they could be held fixed: {', '.join(fixed)}."
        yield ""


def _doubt(verdict: str) -> str:
    return "" if verdict == CONVERGED else f" (**{verdict}**)"


def negligible(study: Study) -> list[str]:
    """Parameters whose ranking index (relative for mu* and swings) lies below 0.10, interval and all, everywhere."""
    sure = set(study.sample.names)
    for outcome in study.outcomes:
        rows = [tuple(row) for row in study.table[study.table["outcome"] == outcome].iloc[:, 1:].to_numpy()]
        for name, (_, low, high) in main_index(study.sample, rows).items():
            if not max(abs(low), abs(high)) < NARROW:
                sure.discard(name)
    return [f"`{name}`" for name in study.sample.names if name in sure]


def _noise(study: Study) -> Iterator[str]:
    found = study.convergence
    yield "## How much is luck"
    yield ""
    known = found[found["noise_of_run_luck"].notna() & (found["verdict"] != CONSTANT)]
    if study.y.shape[1] < 2:
        yield (
            "Not known: each point was run once. What luck does is then counted among the effects, mostly as "
            "interaction (it raises ST and µ*). Set `replications` in the design to tell the two apart."
        )
    elif known.empty:
        yield "No outcome varies between points, so that there is nothing to set luck against."
    else:
        median = known["noise_of_run_luck"].median()
        yield (
            f"In a single run, luck makes up {100 * median:.0f} % of the variance (median over outcomes; "
            f"{100 * known['noise_of_run_luck'].max():.0f} % at most). Outcomes are means over "
            f"{study.y.shape[1]} seeds, which leaves {100 * known['noise_in_mean'].median():.1f} % of the variance "
            "between points to luck."
        )
        loud = known[known["noise_in_mean"] > NOISY].sort_values("noise_in_mean", ascending=False)
        if not loud.empty:
            yield ""
            yield "For these more than a tenth is luck, which makes parameters look alike and entangled:"
            yield ""
            for row in _rows(loud.head(MOST_LISTED)):
                yield (
                    f"- {for_markdown(study.labels[row.outcome])}: {100 * row.noise_in_mean:.0f} %; "
                    f"{row.replications_needed:.0f} replications would do"
                )
    yield ""


def box_lines(box: Box, level: Level, over: str = "points") -> Iterator[str]:
    """What a box is, in Markdown; ``over`` is what it was looked for among."""
    yield f"## Where {for_code(box.case)}"
    yield ""
    yield (
        f"It happens at {100 * box.share:.0f} % of {box.points} {over}. In the box below it happens at "
        f"{100 * box.density:.0f} %; the box holds {100 * box.coverage:.0f} % of all cases and {100 * box.mass:.0f} % "
        f"of all {over}."
    )
    yield ""
    if box.limits.empty:
        yield "The box restricts no parameter: none of them tells where it happens."
    else:
        yield "| parameter | from | to | sampled from | to | quasi p value |"
        yield "|---|---|---|---|---|---|"
        for row in _rows(box.limits.sort_values("p_value")):
            sampled = f"{row.low_sampled:.4g} | {row.high_sampled:.4g}"
            yield f"| `{row.parameter}` | {row.low:.4g} | {row.high:.4g} | {sampled} | {row.p_value:.2g} |"
        yield ""
        yield f"A limit with a p value above {level.alpha:g} may well be there by chance."
    yield ""


def _reading(study: Study) -> Iterator[str]:
    main = MAIN[study.sample.kind]
    yield "## How to read this"
    yield ""
    yield f"- {MEANINGS[main][0].upper() + MEANINGS[main][1:]}."
    if study.sample.kind == "oat":
        yield "- One factor at a time sees no interactions. Intervals are paired (Student's t), over seeds."
    else:
        yield "- Intervals are bootstrap intervals over the sample. They do not hold what luck adds; see above."
    yield "- Effects are those over the ranges above. Wider ranges give other numbers."


def _number(value: float, digits: int = 2) -> str:
    if math.isnan(value):
        return "not known"
    return f"{value:,.{digits}f}" if math.isfinite(value) else "more than can be told"
