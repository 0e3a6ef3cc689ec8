"""What measures count: thresholds that define them. No firm acts on any of these; what firms act on are parameters."""

from __future__ import annotations

NEAR_FRONTIER = 0.7  # log10 FLOP behind the best model: who is at most so far behind is a frontier laboratory
MEGA_ROUND = 100.0  # M$: a larger round of one firm is a mega-round, as those who report on venture money count them
LARGE_STAKE = 50.0  # M$: a lab's sale of a larger stake is news for the chronicle
STRONG_MODEL = 0.3  # log10 FLOP behind the best model: the release of such a model is news for the chronicle
FIXED_CAPABILITY = 25.0  # log10 FLOP, about GPT-4: what a model of this capability costs to train
ABLE = 25.8  # log10 FLOP: start-ups with a model at least as capable are counted as able
ESTABLISHED = 23.0  # log10 FLOP: who had such a model in January 2022 is an incumbent
FOLLOWER = 4  # how many models stand before the one whose gap to the frontier is measured: the fifth
