"""Libraries of the extra `models`, which a model asks for when it is used."""

from __future__ import annotations

import importlib
from types import ModuleType

from forecasting.models import CannotFit


def needed(module: str) -> ModuleType:
    """Import a module of an optional library.

    Raises
    ------
    CannotFit
        If the library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name != module.partition(".")[0]:
            raise
        raise CannotFit("needs `pip install shiftcast[models]`") from None
