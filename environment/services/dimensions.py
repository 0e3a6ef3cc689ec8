"""Dimensions of a model beside general capability: reasoning, tool use, safety (row L7).

Pure functions of arrays. Each dimension is measured like capability, in log10 FLOP: a model of capability 27 and tool
use 26.8 uses tools as well as an even model of 26.8 would. Reinforcement learning after training moves a model along a
trade-off: reasoning up, tool use and safety down in proportion to the intensity (Ouyang et al. 2022 on the alignment
tax; facts S4-008).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kingmaker.agents.arithmetic import log1p
from kingmaker.agents.types import FloatArray

DIMENSIONS = ("reasoning", "tool_use", "safety")  # as the weights of users stand in arrays


def reasoning_gain(rl: FloatArray, technology: Any) -> FloatArray:
    """Reasoning beyond general capability, log10 FLOP, elementwise: it grows with the log of one plus the intensity."""
    return np.asarray(technology.rl_gain * log1p(rl))


def valued(reasoning: FloatArray, rl: FloatArray, weights: tuple[float, float, float], technology: Any) -> FloatArray:
    """What the dimensions add to a model in the eyes of users with these weights, log10 FLOP, elementwise.

    Args:
        reasoning: gained by ``rl``, from :func:`reasoning_gain`.
        rl: intensity of reinforcement learning.
        weights: of reasoning, tool use and safety.
        technology: the parameters of the group.
    """
    loss = weights[1] * technology.rl_tool_loss + weights[2] * technology.rl_safety_loss
    return np.asarray(weights[0] * reasoning - loss * rl)
