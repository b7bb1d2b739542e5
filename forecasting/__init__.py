"""Forecasts of calls and handle times per queue and interval, their distribution, and how far to trust them."""

from forecasting.accuracy import bias, coverage, mase, wape, wql
from forecasting.backtesting import BacktestResult
from forecasting.evaluation import evaluate
from forecasting.intraday import DayNoise, RestOfDay, fit_intraday, start_of_day, update_day
from forecasting.models import MODELS
from forecasting.pipeline import ForecastResult, backtest, forecast

__all__ = [
    "MODELS",
    "BacktestResult",
    "DayNoise",
    "ForecastResult",
    "RestOfDay",
    "backtest",
    "bias",
    "coverage",
    "evaluate",
    "fit_intraday",
    "forecast",
    "mase",
    "start_of_day",
    "update_day",
    "wape",
    "wql",
]
