"""Pure rules: review of partnerships, reserved capacity, the export quota."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kingmaker.environment.chips.chip_market import within_quota
from kingmaker.environment.compute.compute_market import reserve
from kingmaker.environment.policy import review
from kingmaker.environment.policy.review import verdict

share = st.floats(0.0, 1.0)
amount = st.floats(0.0, 1e5)


def at(value: float) -> np.ndarray:
    return np.full((1, 1), value)


def concern(
    host_share: np.ndarray, behind: np.ndarray, exclusive: np.ndarray, safe: float = 0.3, exclusivity: float = 1.25
) -> np.ndarray:
    return review.concern(host_share, behind, exclusive, safe_share=at(safe), exclusive_concern=at(exclusivity))


@given(size=share, behind=st.floats(-1.0, 8.0), exclusive=st.booleans())
def test_concern_is_a_share_that_grows_with_size_nearness_and_exclusivity(
    size: float, behind: float, exclusive: bool
) -> None:
    worry = concern(at(size), at(behind), at(exclusive) > 0.5)[0, 0]
    assert 0.0 <= worry <= 1.0
    assert concern(at(min(size + 0.1, 1.0)), at(behind), at(exclusive) > 0.5)[0, 0] >= worry
    assert concern(at(size), at(behind + 0.5), at(exclusive) > 0.5)[0, 0] <= worry
    assert concern(at(size), at(behind), at(1.0) > 0.5)[0, 0] >= worry


@given(size=share, safe=st.floats(0.01, 1.0), factor=st.floats(1.0, 4.0))
def test_concern_is_full_from_the_safe_share_on_and_exclusivity_multiplies_it(
    size: float, safe: float, factor: float
) -> None:
    alone, bound = (concern(at(size), at(0.0), at(x) > 0.5, safe, factor)[0, 0] for x in (0.0, 1.0))
    assert alone == pytest.approx(min(size / safe, 1.0) ** 0.5)
    assert bound == pytest.approx(min(alone * factor, 1.0))


@given(paid=amount, worry=share, strictness=st.floats(0.01, 1.0), least=st.floats(0.0, 1e4))
def test_a_deal_is_cleared_unbundled_or_blocked(paid: float, worry: float, strictness: float, least: float) -> None:
    bar = 1.0 - strictness
    blocked, unbundled = (bool(v[0, 0]) for v in verdict(at(paid), at(worry), at(bar), at(least)))
    assert not (blocked and unbundled)
    if paid < least or paid == 0.0 or worry <= bar:
        assert not blocked
        assert not unbundled
    else:
        assert blocked == (worry > 2.0 * bar)
        assert unbundled != blocked


def test_without_review_every_deal_is_cleared() -> None:
    blocked, unbundled = verdict(at(1e6), at(1.0), at(np.inf), at(0.0))
    assert not blocked.any()
    assert not unbundled.any()


@given(small=amount, capacity=amount, part=share)
def test_reserved_capacity_serves_small_tenants_and_no_more_than_is_set_aside(
    small: float, capacity: float, part: float
) -> None:
    used, served = reserve(at(small), at(capacity), at(part))
    assert used[0, 0] <= part * capacity
    assert used[0, 0] <= small
    assert 0.0 <= served[0, 0] <= 1.0
    assert np.isclose(served[0, 0] * small, used[0, 0])
    assert used[0, 0] == min(part * capacity, small)


@given(to_china=amount, elsewhere=amount, quota=st.floats(0.0, 10.0))
def test_a_quota_is_kept_and_binds_only_when_it_is_reached(to_china: float, elsewhere: float, quota: float) -> None:
    passed = within_quota(at(to_china), at(elsewhere), at(quota))[0, 0]
    assert 0.0 <= passed <= 1.0
    assert passed * to_china <= quota * elsewhere * (1.0 + 1e-9) + 1e-300
    assert (passed == 1.0) or to_china > quota * elsewhere
