"""Each part draws from its own stream; a draw depends on seed, stream and key alone."""

from __future__ import annotations

import statistics

import duckdb
import pytest

from goodterms.demo.streams import MACROS, Streams


@pytest.fixture
def engine():
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        yield connection


def drawn(engine, sql, keys="range(1000)"):
    return [row[0] for row in engine.execute(f"SELECT {sql} FROM {keys} t(i) ORDER BY i").fetchall()]


@pytest.mark.parametrize("key", [0, 1, 12, 2**32 - 1, 2**32, 7 * 2**33 + 5, 2**63 - 1])
def test_engine_draws_what_the_definition_says(engine, key):
    streams = Streams(7)
    assert engine.execute(f"SELECT {streams.draw('discounts', key)}").fetchone()[0] == streams.number("discounts", key)


def test_a_stream_added_leaves_the_others_unchanged(engine):
    streams = Streams(1)
    alone = drawn(engine, streams.draw("discounts", "i"))
    both = engine.execute(f"SELECT {streams.draw('added later', 'i')}, {streams.draw('discounts', 'i')} FROM range(1000) t(i) ORDER BY i").fetchall()
    assert [row[1] for row in both] == alone


def test_a_draw_does_not_depend_on_the_other_rows(engine):
    streams = Streams(1)
    assert drawn(engine, streams.draw("discounts", "i"))[500:600] == drawn(engine, streams.draw("discounts", "i"), "range(500, 600)")


def test_seeds_and_streams_differ(engine):
    first = drawn(engine, Streams(1).draw("discounts", "i"))
    assert not set(first) & set(drawn(engine, Streams(2).draw("discounts", "i")))
    assert not set(first) & set(drawn(engine, Streams(1).draw("returns", "i")))


@pytest.mark.parametrize("key", ["i", "i * 4096", "i * 16 + 3", "i * 1099511627776"])
def test_draws_are_spread_evenly_whatever_the_keys(engine, key):
    """Twenty equal parts of 0 to 1 hold about as many of 100,000 draws each: chi-squared with 19 degrees of freedom stays below 50."""
    counts = engine.execute(f"SELECT count(*) FROM range(100000) t(i) GROUP BY floor(20 * {Streams(5).draw('spread', key)})").fetchall()
    assert len(counts) == 20
    assert sum((n - 5000) ** 2 / 5000 for (n,) in counts) < 50


def test_neighbours_and_streams_are_not_correlated(engine):
    streams = Streams(3)
    a, b = streams.draw("one", "i"), streams.draw("two", "i")
    next_a = streams.draw("one", "i + 1")
    assert all(abs(c) < 0.01 for c in engine.execute(f"SELECT corr({a}, {b}), corr({a}, {next_a}) FROM range(200000) t(i)").fetchone())


def test_noise_has_mean_0_and_deviation_1(engine):
    noise = drawn(engine, Streams(3).noise("noise", "i"), "range(50000)")
    assert abs(statistics.mean(noise)) < 0.02
    assert abs(statistics.pstdev(noise) - 1) < 0.02
