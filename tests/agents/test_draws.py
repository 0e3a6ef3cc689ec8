"""Luck: uniform, independent between decisions, months, firms, options and seeds, and a function of these alone."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kingmaker.agents.draws import Draws, mix64, stream_key
from kingmaker.agents.member import firm_ids
from kingmaker.environment.core import streams as streams_module
from kingmaker.environment.core.streams import Streams
from tests.helpers import bits, luck

N = 40_000
ALPHA = 1e-4  # of a true null about one in ten thousand tests fails; seeds are fixed, so a pass stays a pass


def correlated(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two samples of the same length depend on each other: linearly, or in the cells of an 8 x 8 table."""
    linear = stats.pearsonr(a, b).pvalue
    table, _, _ = np.histogram2d(a, b, bins=8, range=[[0, 1], [0, 1]])
    return bool(min(linear, stats.chisquare(table.ravel()).pvalue) < ALPHA)


@pytest.mark.parametrize("seed", [0, 1, 2, 12345, 2**63 - 1])
@pytest.mark.parametrize("option", [0, 1, 31])
def test_numbers_are_uniform(seed: int, option: int) -> None:
    u = luck(N, seeds=(seed,)).uniform(option)[0]
    assert stats.kstest(u, "uniform").pvalue > ALPHA
    counts, _ = np.histogram(u, bins=100, range=(0.0, 1.0))
    assert stats.chisquare(counts).pvalue > ALPHA


def test_low_bits_are_uniform_too() -> None:
    u = luck(N).uniform()[0]
    counts, _ = np.histogram((u * 2.0**20) % 1.0, bins=64, range=(0.0, 1.0))
    assert stats.chisquare(counts).pvalue > ALPHA


def unmixed(z: int) -> int:
    """The argument whose :func:`mix64` is ``z``."""
    mask = 2**64 - 1

    def unshift(x: int, by: int) -> int:
        y = x
        for _ in range(64 // by + 1):
            y = x ^ (y >> by)
        return y

    z = unshift(z, 31) * pow(0x94D049BB133111EB, -1, 2**64) & mask
    z = unshift(z, 27) * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
    return unshift(z, 30)


def test_the_interval_is_open_even_at_the_ends_of_the_hash() -> None:
    """Hashes of all zeros and of all ones are the extreme outcomes."""
    for extreme, u in ((0, 2.0**-53), (2**64 - 1, 1.0 - 2.0**-53)):
        key = np.array([[unmixed(extreme)]], dtype=np.uint64)
        assert int(mix64(key.copy())[0, 0]) == extreme
        draws = Draws(key, np.zeros((1, 1), dtype=np.uint64))
        assert draws.uniform()[0, 0] == u
        assert np.isfinite(draws.normal()[0, 0])
        assert 0.0 < draws.exponential()[0, 0] < np.inf
        assert np.isfinite(draws.poisson(np.full((1, 1), 5.0))[0, 0])
    u = luck(N).uniform()
    assert u.min() > 0.0
    assert u.max() < 1.0


@pytest.mark.parametrize("other", ["option", "month", "decision", "seed", "next firm", "next entry"])
def test_streams_are_independent(other: str) -> None:
    base = luck(N).uniform()[0]
    if other == "option":
        for a, b in itertools.combinations(range(6), 2):
            assert not correlated(luck(N).uniform(a)[0], luck(N).uniform(b)[0]), (a, b)
    elif other == "month":
        for month in (1, 2, 12, 107):
            assert not correlated(base, luck(N, month=month).uniform()[0]), month
    elif other == "decision":
        for name in ("choose host", "funding", "impatience", "renewal", "tesu"):
            assert not correlated(base, luck(N, decision=name).uniform()[0]), name
    elif other == "seed":
        for seed in (0, 2, 3, 1 + 2**32, 2**62):
            assert not correlated(base, luck(N, seeds=(seed,)).uniform()[0]), seed
    elif other == "next firm":
        for lag in (1, 2, 64):
            assert not correlated(base[:-lag], base[lag:]), lag
    else:
        rank = np.arange(N)
        first = Streams((1,)).draws("test", 0, firm_ids(4, 1, rank)[np.newaxis])
        second = Streams((1,)).draws("test", 0, firm_ids(4, 2, rank)[np.newaxis])
        assert not correlated(first.uniform()[0], second.uniform()[0])


def test_the_decisions_that_a_month_uses_have_keys_of_their_own() -> None:
    """A clash of the labels' 32-bit checksums would give two decisions the same luck."""
    import re
    from pathlib import Path

    import kingmaker.environment

    text = "\n".join(p.read_text(encoding="utf-8") for p in Path(kingmaker.environment.__path__[0]).rglob("*.py"))
    labels = set(re.findall(r"(?:draws|world|lasting)\(\s*\"([^\"]+)\"", text))
    assert len(labels) > 8
    seed = np.array([[7]], dtype=np.uint64)
    assert len({int(stream_key(seed, label, 3)[0, 0]) for label in labels}) == len(labels)


@given(st.integers(0, 2**63 - 1), st.text(max_size=20), st.integers(0, 1199), st.integers(1, 200))
def test_a_number_depends_on_nothing_else(seed: int, decision: str, month: int, n: int) -> None:
    """Not on the order of asking, on the other firms, on the other worlds, or on the object asked."""
    one = luck(n, seeds=(seed,), decision=decision, month=month)
    late = luck(n, seeds=(seed,), decision=decision, month=month)
    late.uniform(5)
    late.normal(3)
    assert bits(one.uniform(1)) == bits(late.uniform(1))
    assert bits(one.uniform(1)) == bits(one.uniform(1))
    stack = luck(n + 3, seeds=(3, seed, 4), decision=decision, month=month)
    assert bits(stack.uniform(1)[1, :n]) == bits(one.uniform(1)[0])


@given(st.data())
def test_block_equals_slice(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 60))
    start = data.draw(st.integers(0, n - 1))
    stop = data.draw(st.integers(start + 1, n))
    whole = luck(n, seeds=(1, 2))
    part = whole.block(start, stop)
    for draw in ("uniform", "exponential", "normal"):
        for option in (0, 3):
            assert bits(getattr(part, draw)(option)) == bits(getattr(whole, draw)(option)[:, start:stop]), draw
    mean = np.linspace(0.0, 30.0, n) * np.ones((2, 1))
    assert bits(part.poisson(mean[:, start:stop])) == bits(whole.poisson(mean)[:, start:stop])


def test_exponential_and_normal_have_their_distribution() -> None:
    assert stats.kstest(luck(N).exponential(2)[0], "expon").pvalue > ALPHA
    assert stats.kstest(luck(N).normal(2)[0], "norm").pvalue > ALPHA


@pytest.mark.parametrize("mean", [0.003, 0.4, 1.0, 3.2, 17.0, 400.0, 1e5])
def test_poisson_counts_have_mean_and_variance(mean: float) -> None:
    counts = luck(N).poisson(np.full((1, N), mean))[0]
    assert (counts == np.floor(counts)).all()
    assert (counts >= 0.0).all()
    error = np.sqrt(mean / N)
    assert abs(counts.mean() - mean) < 5.0 * error
    spread = mean * np.sqrt((2.0 + 1.0 / mean) / N)  # standard error of a Poisson sample's variance
    assert abs(counts.var() - mean) < 6.0 * spread


def test_poisson_probabilities() -> None:
    counts = luck(N).poisson(np.full((1, N), 2.5))[0]
    observed = np.bincount(np.minimum(counts, 8).astype(int), minlength=9)
    expected = stats.poisson(2.5).pmf(np.arange(8))
    expected = np.append(expected, 1.0 - expected.sum()) * N
    assert stats.chisquare(observed, expected).pvalue > ALPHA


def test_a_poisson_mean_of_zero_gives_zero() -> None:
    assert (luck(1000).poisson(np.zeros((1, 1000))) == 0.0).all()


def test_more_is_never_less() -> None:
    """With the same luck a higher mean gives no lower count: paired runs differ by the policy alone."""
    few, many = luck(N).poisson(np.full((1, N), 3.0)), luck(N).poisson(np.full((1, N), 3.5))
    assert (many >= few).all()


def test_mix64_is_a_bijection_on_what_is_tried() -> None:
    z = np.arange(200_000, dtype=np.uint64)
    assert len(np.unique(mix64(z.copy()))) == len(z)


def test_neighbouring_seeds_share_nothing() -> None:
    u = Streams(range(200)).world("entry", 0).uniform()[:, 0]
    assert stats.kstest(u, "uniform").pvalue > ALPHA
    assert abs(stats.pearsonr(u[:-1], u[1:]).statistic) < 0.3


def test_draws_of_no_firms() -> None:
    empty = Draws(stream_key(np.array([[1]], dtype=np.uint64), "x", 0), np.zeros((1, 0), dtype=np.uint64))
    assert empty.uniform().shape == (1, 0)


def test_draws_among_some_are_those_of_all() -> None:
    whole, places = luck(50, seeds=(1, 2, 3)), np.array([0, 7, 49, 50, 149])
    for draw in ("uniform", "exponential", "normal"):
        for option in (0, 3):
            assert bits(getattr(whole.among(places), draw)(option)) == bits(
                getattr(whole, draw)(option).ravel()[places]
            )
    assert whole.among(places[:0]).uniform().shape == (0,)


@given(st.data())
def test_lasting_draws_are_those_of_the_ids_of_the_month(data: st.DataObject) -> None:
    """Ids change in place as firms come and go, the numbers asked differ by month, and what is handed out is taken."""
    slots = data.draw(st.integers(1, 20))
    streams, fresh = Streams((5, 6)), Streams((5, 6))
    ids = firm_ids(3, 0, np.arange(2 * slots).reshape(2, slots))
    for month in range(1, 5):
        lasting, plain = streams.lasting("taste", ids), fresh.draws("taste", 0, ids)
        start = data.draw(st.integers(0, slots - 1))
        for draw in data.draw(st.lists(st.sampled_from(("uniform", "exponential", "normal")), max_size=3)):
            for option in data.draw(st.lists(st.integers(0, 3), max_size=3)):
                found = getattr(lasting, draw)(option)
                assert bits(found) == bits(getattr(plain, draw)(option))
                part = getattr(lasting.block(start, slots), draw)(option)
                assert bits(part) == bits(found[:, start:])
                found /= 2.0  # a user's class may reckon in place
                part /= 2.0
        options = np.full(ids.shape, 2)
        assert bits(lasting.exponential(options)) == bits(plain.exponential(options))
        anew = np.array(data.draw(st.lists(st.booleans(), min_size=2 * slots, max_size=2 * slots))).reshape(ids.shape)
        ids[anew] = firm_ids(3, month, np.flatnonzero(anew))
    assert streams.lasting("taste", ids[:, :0]).uniform().shape == (2, 0)  # another shape: nothing is taken over


def test_lasting_draws_of_very_many_firms_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many, ids = Streams((5,)), Streams((5,)), firm_ids(3, 0, np.arange(9))[np.newaxis]
    kept = few.lasting("taste", ids)
    monkeypatch.setattr(streams_module, "_MOST_KEPT", 8)
    drawn = many.lasting("taste", ids)
    assert type(drawn) is Draws
    assert bits(drawn.exponential(1)) == bits(kept.exponential(1))
    assert not many._lasting


def test_a_copy_of_the_streams_draws_lasting_numbers_anew() -> None:
    streams, ids = Streams((5,)), firm_ids(3, 0, np.arange(4))[np.newaxis]
    before = streams.lasting("taste", ids).exponential(1)
    copied = pickle.loads(pickle.dumps(streams))
    assert "_lasting" in vars(copied)
    assert not copied._lasting
    assert bits(copied.lasting("taste", ids).exponential(1)) == bits(before)
