"""Contenders take turns, in one order and then in the other, so that what else the machine does meets all alike.

The medians are compared.
"""

import statistics
import time
from collections.abc import Awaitable, Callable

Contender = Callable[[], Awaitable[float]]
"""Does the work once and returns how many seconds of it count."""


async def compare(title: str, count: int, contenders: dict[str, Contender], *, rounds: int = 6) -> None:
    """Run all contenders in turn and print things per second, and the ratio to the first, which is the floor."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        in_turn = list(contenders.items())
        for name, contender in reversed(in_turn) if number % 2 else in_turn:
            seconds[name].append(await contender())
    floor = next(iter(contenders))
    best = statistics.median(seconds[floor])
    print(f"\n{title} ({count:,} each, {rounds} interleaved rounds, medians)")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        spread = f"{count / max(taken):,.0f} to {count / min(taken):,.0f}"
        print(f"  {name:<58} {count / median:>9,.0f}/s   ({spread})   ratio {best / median:.2f}")


class Stopwatch:
    """Seconds between entering and leaving."""

    def __enter__(self) -> "Stopwatch":
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._started
