"""Forecasts of calls and handle times per queue and interval, their distribution, and how far to trust them."""

from forecasting.accuracy import bias, wape
from forecasting.backtesting import BacktestResult
from forecasting.evaluation import evaluate
from forecasting.models import MODELS
from forecasting.pipeline import ForecastResult, backtest, forecast

__all__ = ["MODELS", "BacktestResult", "ForecastResult", "backtest", "bias", "evaluate", "forecast", "wape"]
