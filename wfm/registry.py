"""A dict and a decorator: the one place where a model, a rule, a KPI or a file source is added."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from wfm.errors import UsageProblem

T = TypeVar("T")


class Registry(Generic[T]):
    """Named members of one kind, found by importing every module of a package once.

    Parameters
    ----------
    kind : str
        What a member is, in words: ``forecast model``.
    package : str, optional
        Package whose modules register the members when imported.
    """

    def __init__(self, kind: str, package: str | None = None) -> None:
        self.kind = kind
        self._package = package
        self._members: dict[str, T] = {}
        self._loaded = package is None
        self._loading = threading.RLock()

    def register(self, name: str) -> Callable[[T], T]:
        def keep(member: T) -> T:
            self.add(name, member)
            return member

        return keep

    def add(self, name: str, member: T) -> None:
        if name in self._members:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._members[name] = member

    def __getitem__(self, name: str) -> T:
        self._load()
        if name not in self._members:
            near = difflib.get_close_matches(name, self._members, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise UsageProblem(f'unknown {self.kind} "{name}", expected one of {", ".join(self)}{hint}')
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(sorted(self._members))

    def __len__(self) -> int:
        self._load()
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._members

    def items(self) -> list[tuple[str, T]]:
        return [(name, self._members[name]) for name in self]

    def _load(self) -> None:
        """Threads wait until every module is in: a half-filled registry would look like a whole one."""
        if self._loaded:
            return
        with self._loading:
            package, self._package = self._package, None
            if package is None:
                return
            for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
                importlib.import_module(f"{package}.{module.name}")
            self._loaded = True
