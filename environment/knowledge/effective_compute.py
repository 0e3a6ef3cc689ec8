"""Effective compute: physical training compute times algorithmic efficiency; how efficiency is found and spreads.

Pure functions of arrays. Capability is log10 of effective FLOP = log10(physical FLOP) + algorithms, where algorithms
are log10 of efficiency relative to the frontier of January 2022 (Hoffmann et al. 2022; Ho et al. 2024, facts 7f-002).
"""

from __future__ import annotations

import numpy as np

from kingmaker.agents.arithmetic import power
from kingmaker.agents.types import FloatArray
from kingmaker.agents.units import H100_FLOPS, HOURS, SECONDS, TRAINING_FLOP

_FLOP_PER_H100_MONTH = H100_FLOPS * HOURS * SECONDS / TRAINING_FLOP  # at full utilisation


def training_flop(compute: FloatArray, utilisation: FloatArray) -> FloatArray:
    """Physical FLOP in units of 1e21 of a month on ``compute`` H100e at the given model FLOP utilisation."""
    return compute * utilisation * _FLOP_PER_H100_MONTH


def research(
    algorithms: FloatArray,
    frontier: FloatArray,
    public: FloatArray,
    talent: FloatArray,
    scarcity: FloatArray,
    *,
    pace: FloatArray,
    diffusion: FloatArray,
    openness: FloatArray,
    induced: FloatArray,
) -> FloatArray:
    """Algorithmic efficiency next month, log10, elementwise.

    Own research at a pace that talent scales and want of compute spurs (induced efficiency: Acemoglu 2002); imitation
    of the frontier as ideas and people move, and faster of what stands in the open (Nelson & Winter 1982; Cohen &
    Levinthal 1989: talent is the capacity to absorb).

    Args:
        algorithms: own level, log10.
        frontier: best level of all, log10.
        public: best level among open models, log10.
        talent: 0-1.
        scarcity: share of wanted compute that is not got, 0-1.
        pace: log10 a month of the most able.
        diffusion: share of the gap to the frontier closed in a month.
        openness: share of the gap to the best open model closed in a month.
        induced: how much want of compute quickens research.
    """
    own = pace * talent * (1.0 + induced * scarcity)
    leak = diffusion * talent * np.maximum(frontier - algorithms, 0.0)
    learn = openness * np.maximum(public - algorithms, 0.0)
    return algorithms + own + leak + learn


def learning(made: FloatArray, first: FloatArray, exponent: FloatArray) -> FloatArray:
    """Unit cost relative to that of the first units: c / c0 = (X / X0)^-b (Wright 1936; Nagy et al. 2013).

    Args:
        made: cumulative output X, units.
        first: output X0 from which on learning counts; below it, cost is c0.
        exponent: b; each doubling of X lowers the cost by the factor 2^-b.
    """
    return power(np.maximum(made / first, 1.0), -exponent)


def distil(
    capability: FloatArray, frontier: FloatArray, talent: FloatArray, rate: FloatArray, gap: FloatArray
) -> FloatArray:
    """Capability after a month of learning from the outputs of the best model (distillation, synthetic data).

    Closes a share (``rate``) of what lacks beyond a ``gap`` (log10); nobody distils past the teacher.
    """
    return capability + rate * talent * np.maximum(frontier - gap - capability, 0.0)
