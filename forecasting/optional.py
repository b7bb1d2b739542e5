"""Libraries of the extra `models`, which a model asks for when it is used."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from forecasting.models import CannotFit
from wfm.errors import UsageProblem

LIBRARIES = {
    "lightgbm_poisson": "lightgbm",
    "prophet": "prophet",
    "statsforecast_arima": "statsforecast",
    "statsforecast_mstl": "statsforecast",
}
ADVICE = "pip install 'shiftcast[models]'"


def is_installed(model: str) -> bool:
    """Whether a model has the library that it needs."""
    return model not in LIBRARIES or importlib.util.find_spec(LIBRARIES[model]) is not None


def refuse_missing(model: str) -> None:
    """Raise `UsageProblem` for a model that was named but lacks its library."""
    if not is_installed(model):
        raise UsageProblem(f"model {model} needs {LIBRARIES[model]}, which is not installed: {ADVICE}")


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
        raise CannotFit(f"needs `{ADVICE}`") from None
