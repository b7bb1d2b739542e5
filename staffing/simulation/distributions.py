"""Handle times and patience as distributions [s]; each draws one value per call, in the order of the calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from staffing.queueing import Array
from wfm.errors import Finding, InputError


class Distribution(Protocol):
    """Anything that draws durations of at least 0 s."""

    @property
    def mean_s(self) -> float:
        """Mean duration [s]."""

    def draw(self, random: Generator, size: int) -> Array:
        """Independent durations [s], shape (size,); the first k of n draws are those of k draws."""


@dataclass(frozen=True, slots=True)
class Exponential:
    """Durations without memory, as in Erlang C and Erlang A."""

    mean_s: float

    def __post_init__(self) -> None:
        _refuse(self, mean_s=self.mean_s)

    def draw(self, random: Generator, size: int) -> Array:
        return self.mean_s * random.standard_exponential(size)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """The usual shape of handle times; `cv` is the standard deviation over the mean."""

    mean_s: float
    cv: float

    def __post_init__(self) -> None:
        _refuse(self, mean_s=self.mean_s, cv=self.cv)

    def draw(self, random: Generator, size: int) -> Array:
        variance = np.log1p(self.cv**2)
        return np.exp(np.log(self.mean_s) - variance / 2 + np.sqrt(variance) * random.standard_normal(size))


@dataclass(frozen=True, slots=True)
class Gamma:
    """A sum of stages for a `cv` below 1, a mixture-like long tail above; 1 is `Exponential`."""

    mean_s: float
    cv: float

    def __post_init__(self) -> None:
        _refuse(self, mean_s=self.mean_s, cv=self.cv)

    def draw(self, random: Generator, size: int) -> Array:
        return self.mean_s * self.cv**2 * random.standard_gamma(self.cv**-2, size)


@dataclass(frozen=True, slots=True)
class Constant:
    """Every call alike; as patience, everybody hangs up after the same time."""

    value_s: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.value_s) and self.value_s >= 0):
            raise _senseless(self, "value_s", self.value_s, "seconds >= 0")

    @property
    def mean_s(self) -> float:
        return float(self.value_s)

    def draw(self, random: Generator, size: int) -> Array:
        return np.full(size, float(self.value_s))


@dataclass(frozen=True, slots=True)
class Infinite:
    """Patience without end: every caller waits until answered."""

    @property
    def mean_s(self) -> float:
        return float("inf")

    def draw(self, random: Generator, size: int) -> Array:
        return np.full(size, np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class Empirical:
    """Observed durations, each as likely as the other; as patience, inf stands for callers who never hang up.

    Parameters
    ----------
    values_s : array_like
        At least one value, none negative or missing [s].
    """

    values_s: ArrayLike

    def __post_init__(self) -> None:
        values = np.array(self.values_s, dtype=float)
        if values.ndim != 1 or not values.size:
            raise _senseless(self, "values_s", float("nan"), "a list of at least one duration")
        if not (values >= 0).all():
            raise _senseless(self, "values_s", values[~(values >= 0)][0], "seconds >= 0")
        values.flags.writeable = False
        object.__setattr__(self, "values_s", values)

    @property
    def mean_s(self) -> float:
        return float(np.mean(np.asarray(self.values_s)))

    def draw(self, random: Generator, size: int) -> Array:
        values = np.asarray(self.values_s)
        return values[(random.random(size) * values.size).astype(np.intp)]


def _refuse(owner: object, **values: float) -> None:
    for name, value in values.items():
        if not (np.isfinite(value) and value > 0):
            raise _senseless(owner, name, value, "a share > 0" if name == "cv" else "seconds > 0")


def _senseless(owner: object, name: str, value: float, expected: str) -> InputError:
    return InputError(Finding(type(owner).__name__.lower(), "bad-number", f"{value:g}", expected, column=name))
