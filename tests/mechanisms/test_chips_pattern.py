"""Pattern P14: moats decay where rivals are used, and own chips do not vanish."""

from __future__ import annotations

import pytest

from kingmaker.environment.model import ComputeEconomy
from kingmaker.experiments.studies.mechanisms.mutation import applied
from kingmaker.experiments.studies.mechanisms.supply_rows import NO_SOFTWARE
from tests.helpers import paired_interval

SEEDS = [{"rng": seed} for seed in range(1, 5)]
FROM_2026 = slice(48, 108)


@pytest.mark.slow
@pytest.mark.mechanism
def test_the_leader_loses_share_to_rivals_that_are_used_and_own_chips_stay() -> None:
    model = ComputeEconomy.stack(SEEDS, months=108).run()
    share = model.measures.array("chip_leader_share")
    assert (share[24:36].mean(axis=0) > 0.85).all()  # it still led in 2024
    assert (share[FROM_2026].mean(axis=0) < 0.95).all()
    own = model.measures.array("inhouse_share")
    assert (own[FROM_2026].mean(axis=0) > 0.15).all()
    assert (own[96:].mean(axis=0) > 0.5 * own[24:36].mean(axis=0)).all()
    assert (model.measures.array("rival_software")[-1] > model.measures.array("rival_software")[24]).all()


@pytest.mark.slow
@pytest.mark.mechanism
def test_without_software_that_matures_the_leader_keeps_more_of_its_share() -> None:
    pairs = [{"rng": seed} for seed in range(1, 37)]
    usual = ComputeEconomy.stack(pairs, months=108).run().measures.array("chip_leader_share")
    with applied([NO_SOFTWARE]):
        kept = ComputeEconomy.stack(pairs, months=108).run().measures.array("chip_leader_share")
    more = kept[FROM_2026].mean(axis=0) - usual[FROM_2026].mean(axis=0)
    assert paired_interval(more)[0] > 0.0
