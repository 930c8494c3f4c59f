"""Send messages to a chat server and time the answers."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What one load measured. Times in milliseconds; ``failed`` answers are counted apart."""

    at_once: int
    sent: int
    failed: int
    per_second: float
    p50: float
    p95: float


Send = Callable[[str], bool]


def measure(make_sender: Callable[[], Send], texts: Sequence[str], at_once: int) -> Load:
    """Send ``texts`` through ``at_once`` citizens, each waiting for its answer before the next.

    ``make_sender`` starts one citizen's conversation; its sender returns whether an answer came.
    """
    shares = [texts[i::at_once] for i in range(at_once)]
    times: list[float] = []
    failures: list[int] = []

    def citizen(share: Sequence[str]) -> None:
        send = make_sender()
        for text in share:
            started = time.perf_counter()
            if not send(text):
                failures.append(1)
            times.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=citizen, args=(share,)) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    cuts = statistics.quantiles(times, n=20)
    return Load(
        at_once=at_once,
        sent=len(times),
        failed=len(failures),
        per_second=len(times) / seconds,
        p50=statistics.median(times),
        p95=cuts[18],
    )
