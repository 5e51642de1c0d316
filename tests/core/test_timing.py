"""How long a training takes: measured beside others as when alone, and said as a span."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.configurations import model_config, train_config
from vae_core.data.dataset import Dataset
from vae_core.timing import Moment, Span, seconds_for, span_of

TICK = 0.01


def sentences(count: int) -> Dataset:
    texts = tuple(f"{'the cat ' * (number % 7)}sleeps {number % 5}" for number in range(count))
    return Dataset(name="made", modality="sentences", texts=texts)


def slowed(factors: Sequence[float]) -> Callable[[], Moment]:
    """A clock on which everything takes one tick of work, and by turns so many times as long."""
    wall = worked = 0.0
    calls = 0

    def clock() -> Moment:
        nonlocal wall, worked, calls
        # Passes have some ten looks at the clock: disturbances last for several of them.
        wall += TICK * factors[calls // 25 % len(factors)]
        worked += TICK
        calls += 1
        return Moment(wall, worked)

    return clock


def measured(clock: Callable[[], Moment], items: int = 300, epochs: int = 40) -> Span:
    return seconds_for(
        sentences(items),
        model_config("gru", None, {"latent_dim": 2, "max_tokens": 16}),
        train_config("gru", items, epochs, {"device": "cpu"}),
        vocabulary_size=16,
        seconds=3.0,
        clock=clock,
    )


@pytest.mark.parametrize("factors", [(10.0,), (1.0, 10.0), (1.0, 1.0, 30.0), (2.0, 5.0, 3.0)])
def test_a_busy_machine_changes_only_how_long_it_may_take(factors: Sequence[float]) -> None:
    alone, beside = measured(slowed([1.0])), measured(slowed(factors))
    assert beside.low == pytest.approx(alone.low, rel=0.05)
    assert alone.high == pytest.approx(alone.low, rel=0.05)
    assert beside.high >= alone.high


def test_the_time_grows_with_items_and_epochs() -> None:
    few, many = measured(slowed([1.0])), measured(slowed([1.0]), epochs=80)
    assert many.low == pytest.approx(2 * few.low)
    large = measured(slowed([1.0]), items=3000)
    assert large.low == pytest.approx(10 * few.low, rel=0.3)


def test_passes_too_long_to_end_are_told_by_their_steps() -> None:
    slow = measured(slowed([1000.0]))
    assert slow.high == pytest.approx(1000 * measured(slowed([1.0])).high, rel=0.5)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 5.0), st.floats(1.0, 50.0)), min_size=1, max_size=20),
    st.booleans(),
)
def test_a_span_lies_within_what_was_measured(
    passes: list[tuple[float, float]], on_processor: bool
) -> None:
    moments = [Moment(work * factor, work) for work, factor in passes]
    low, high = span_of(moments, on_processor=on_processor)
    assert low <= high <= max(moment.wall for moment in moments) * (1 + 1e-9)
    least = min(moment.worked for moment in moments) if on_processor else min(moments).wall
    assert low >= least * (1 - 1e-9)


def test_many_cores_at_work_are_counted_as_such() -> None:
    alone = [Moment(1.0, 4.0)] * 5
    half = [*[Moment(2.0, 4.0)] * 4, Moment(1.0, 4.0)]
    assert span_of(alone, on_processor=True) == (1.0, 1.0)
    assert span_of(half, on_processor=True) == (1.0, 2.0)
