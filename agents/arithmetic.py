"""Arithmetic that gives a world the same bits alone and in any stack, and the guards of it, each with a name.

A guard keeps a quotient, a logarithm or an exponential finite where there is next to nothing; it is no number of the
economics, and none of its values matters to a result.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import boxcox, boxcox1p, inv_boxcox, inv_boxcox1p

from kingmaker.agents.types import BoolArray, FloatArray

VANISHED = 1e-250  # of any unit: what is left after halving for centuries; a quotient by less could overflow
TINY = 1e-12  # least divisor
SMALL = 1e-9  # least divisor, and least argument of a logarithm, where amounts are of the order of one and more
LEAST_MUSD = 1e-6  # M$ (a dollar): least money in a logarithm
LEAST_AMOUNT = 1e-3  # of money (M$), price (k$, or relative), reach, software: least argument of a logarithm or power
LEAST_PRICE = 0.01  # $/H100e-hour: least argument of a logarithm
LEAST_RENT = 0.05  # $/H100e-hour: least divisor
LEAST_PART = 0.05  # of a whole: least divisor, so that a quotient grows twentyfold at most
LN_TEN = math.log(10.0)
EXPONENT = 40.0  # beyond it a logistic function is flat in double precision
LOWEST, HIGHEST = -60.0, 60.0  # bounds of the exponent of an attraction
ALL_BUT = 0.999  # of a whole: greatest share whose odds are taken
HALF_ON = 0.5  # between the two values of a switch
NEGLIGIBLE = 1e-18  # a variance that is nothing but rounding
SOME_UNITS = 1e-6  # units: less is rounding, not a delivery
SOME_TIME = 1e-6  # months: less is rounding, not work left
ROUNDING = 1e-9  # relative: what is missing of a payment, if no more, is rounding
EPOCH_PLACE = 56  # bit of a firm's id from which on an epoch is written into it: the highest byte
BELOW_ALL = -99.0  # log10: where there is no model, below any that there is
LONG_AGO = -1e6  # months: where something never was
NEVER_SEEN = 99.0  # months since something that never was, at the start
NO_OFFER = 1e9  # M$ per unit of capacity where nothing is offered
ANY_PRICE = 1e8  # M$ per unit of capacity: dearer than anything that is offered


def exp(x: FloatArray | float, out: FloatArray | None = None) -> FloatArray:
    """Exponential, elementwise, by the C library (`scipy.special`), as are the other functions here.

    NumPy's own rounds otherwise where a processor has other vector instructions (AVX2, AVX-512), and the same seed
    would give other bits there.
    """
    return np.asarray(inv_boxcox(x, 0.0, out=out))


def expm1(x: FloatArray | float) -> FloatArray:
    """``exp(x) - 1``, elementwise, exact near zero."""
    return np.asarray(inv_boxcox1p(x, 0.0))


def log(x: FloatArray | float, out: FloatArray | None = None) -> FloatArray:
    """Natural logarithm, elementwise; -inf at zero."""
    return np.asarray(boxcox(x, 0.0, out=out))


def log1p(x: FloatArray | float) -> FloatArray:
    """``log(1 + x)``, elementwise, exact near zero."""
    return np.asarray(boxcox1p(x, 0.0))


def log10(x: FloatArray | float) -> FloatArray:
    """Decimal logarithm, elementwise; -inf at zero."""
    return log(x) / LN_TEN


def tanh(x: FloatArray | float) -> FloatArray:
    """Hyperbolic tangent, elementwise."""
    twice = expm1(-2.0 * np.abs(x))
    return np.copysign(twice / (twice + 2.0), x)


def power(base: FloatArray | float, exponent: FloatArray | float) -> FloatArray:
    """``base`` to the power of ``exponent``, elementwise, in the shape of both together.

    `numpy.power` squares where one exponent of 2 serves a whole call, as for a world alone, and calls a vector function
    on some processors; `numpy.float_power` calls the C library for each element.
    """
    return np.asarray(np.float_power(base, exponent))


def positive(whole: FloatArray) -> FloatArray:
    """Elementwise ``whole`` where there is any, and one elsewhere: a divisor for where nothing comes of it.

    Cheaper than ``np.where``, to the same bits.
    """
    return np.asarray(np.maximum(whole, whole < VANISHED))


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Elementwise quotient, zero where there is no whole."""
    return np.asarray(part / np.where(whole >= VANISHED, whole, np.inf))


def logistic(drive: FloatArray) -> FloatArray:
    """Chance of a binary logit, 0-1, elementwise."""
    return np.asarray(1.0 / (1.0 + exp(-np.clip(drive, -EXPONENT, EXPONENT))))


def is_on(switch: FloatArray) -> BoolArray:
    """Whether a switch kept as a number, 0 or 1, is on, elementwise."""
    return np.asarray(switch > HALF_ON)


def largest_other(amount: FloatArray) -> FloatArray:
    """For each firm the largest amount among the others, same shape (worlds, n)."""
    first = amount.max(axis=-1, keepdims=True)
    top = np.argmax(amount, axis=-1)[:, np.newaxis] == np.arange(amount.shape[-1])
    second = np.where(top, -np.inf, amount).max(axis=-1, keepdims=True)
    return np.asarray(np.where(top, second, first))
