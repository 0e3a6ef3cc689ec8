"""Sums by host and look-ups at it: nothing is lost, and each short way gives the bits of the long one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kingmaker.environment.core.lookups import Hosted, Listed, at_host, best_by_host, by_host, sum_of
from tests.helpers import bits

amounts = st.just(0.0) | st.floats(1e-9, 1e6)  # no amount is smaller than a thousandth of a cent


@given(st.data())
def test_sums_by_host_lose_nothing(data: st.DataObject) -> None:
    worlds, n, hosts = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 20)), data.draw(st.integers(1, 5))
    amount = data.draw(hnp.arrays(np.float64, (worlds, n), elements=amounts))
    host = data.draw(hnp.arrays(np.int32, (worlds, n), elements=st.integers(-1, hosts - 1)))
    total = by_host(amount, host, hosts)
    assert total.shape == (worlds, hosts)
    assert total.flags.c_contiguous
    for w in range(worlds):
        for h in range(hosts):
            assert total[w, h] == pytest.approx(amount[w][host[w] == h].sum())
    alone = by_host(amount[:1], host[:1], hosts)
    assert bits(alone) == bits(total[:1])


def test_values_at_host() -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    host = np.array([[0, -1, 1], [1, 1, -1]], dtype=np.int32)
    assert at_host(values, host).tolist() == [[1.0, 0.0, 2.0], [4.0, 4.0, 0.0]]
    assert at_host(values, host, 9.0).tolist() == [[1.0, 9.0, 2.0], [4.0, 4.0, 9.0]]


@given(st.data())
def test_hosts_found_once_give_the_bits_of_the_functions(data: st.DataObject) -> None:
    """Where many firms have a host, and where so few have one that only theirs are looked up."""
    worlds, hosts = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 5))
    n = data.draw(st.sampled_from([1, 7, 60, 400]))
    least = data.draw(st.sampled_from([-1, -1, 0, 1 - 8 * hosts]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    host = np.maximum(rng.integers(least, hosts, size=(worlds, n)), -1).astype(np.int32)
    amount = np.where(
        rng.random((worlds, n)) < data.draw(st.sampled_from([0.02, 1.0])), rng.normal(size=(worlds, n)), 0.0
    )
    values = rng.normal(size=(worlds, hosts))
    found = Hosted(host, hosts)
    assert bits(found.sum(amount)) == bits(by_host(amount, host, hosts))
    assert bits(found.at(values)) == bits(at_host(values, host))
    assert bits(found.at(values, 9.0)) == bits(at_host(values, host, 9.0))
    listed, held = Listed(host, hosts), np.where(host >= 0, amount, 0.0)
    assert len(listed) == (host >= 0).sum()
    world = np.broadcast_to(np.arange(float(worlds))[:, np.newaxis], host.shape)
    assert bits(listed.each(world[:, :1])) == bits(listed.of(world))
    assert bits(listed.sum(listed.of(amount))) == bits(by_host(amount, host, hosts))
    assert bits(listed.table(listed.at(values, 9.0), 9.0)) == bits(at_host(values, host, 9.0))
    assert bits(listed.table(listed.of(amount))) == bits(held)
    assert bits(sum_of([found, listed], [amount, listed.of(amount)])) == bits(amount + held)


def test_the_best_by_host_is_that_of_its_own_firms_and_no_less_than_the_least() -> None:
    host = np.array([[0, 0, -1, 1], [1, 1, -1, -1]], dtype=np.int32)
    values = np.array([[1.0, 3.0, 9.0, -7.0], [2.0, 1.0, 9.0, 9.0]])
    assert best_by_host(values, host, 2, -5.0).tolist() == [[3.0, -5.0], [-5.0, 2.0]]
