"""Units and the calendar: what turns a number in one unit into another, each with a name.

Money is kept in M$, compute in H100-equivalents (H100e), time in months. Numbers of the economics are parameters.
"""

from __future__ import annotations

FIRST_YEAR = 2022  # month 0 is January of it
YEAR = 12  # months
QUARTER = 3  # months: orders, and plans of what is fixed for years, are made once a quarter
HOURS = 730.5  # in a month
WEEKS = 52.0  # in a year
SECONDS = 3600  # in an hour

USD = 1e-6  # M$
KUSD = 1e-3  # M$
GUSD = 1e3  # M$
USD_PER_KUSD = 1e3
KUSD_PER_MUSD = 1e3
RENT_MUSD = 730.5e-6  # M$ a month of a dollar an hour; written out, as the product of the two rounds otherwise

H100_FLOPS = 989e12  # dense 16-bit FLOP/s of an H100
TRAINING_FLOP = 1e21  # FLOP: the unit in which training compute is counted
TRAINING_UNIT = 21.0  # log10 FLOP of that unit
HHI_POINTS = 1e4  # of a Herfindahl index of one
THOUSAND = 1e3  # from here on a number for reading has no decimals
MEGAWATT = 1e-6  # MW in a watt
GIGAWATT = 1e-3  # GW in a megawatt
