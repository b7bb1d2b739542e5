"""One pure function per queue, in this process or over several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from forecasting.series import Series

T = TypeVar("T")


def each_queue(
    work: Callable[[Series], T], series: Sequence[Series], n_jobs: int, progress: Callable[[str], None] | None
) -> list[T]:
    """Apply `work` to every queue, one linear-algebra thread a process; results in the order of the queues.

    Parameters
    ----------
    work : callable
        Pure and picklable.
    series : sequence of Series
    n_jobs : int
        Processes, counted as joblib does: -1 for one a core.
    progress : callable, optional
        Told the name of each queue when it is done.
    """
    from threadpoolctl import threadpool_limits

    done = []
    with threadpool_limits(1):
        for one, result in zip(series, _results(work, series, n_jobs), strict=True):
            done.append(result)
            if progress:
                progress(one.queue)
    return done


def _results(work: Callable[[Series], T], series: Sequence[Series], n_jobs: int) -> Iterable[T]:
    if n_jobs == 1 or len(series) == 1:
        return map(work, series)
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky", inner_max_num_threads=1):
        results: Iterable[T] = Parallel(n_jobs=n_jobs, return_as="generator")(delayed(work)(one) for one in series)
        return results
