"""Forecasts of this project against the planner's spreadsheet, library models and a NegBin GLM, on real records.

Weekly origins, expanding window, one forecast of four weeks an origin, scored on the first, second and fourth week
together over the cells that the history has a row for. All models are scored on the same cells.

Usage: python benchmarks/forecast_peers.py FILE,COUNTRY[,ZONE] ... [--origins 9] [--models NAME ...] [--no-product]
       [--cache FOLDER]

The library peers need the extra `models`; those that a cache folder holds are not computed again.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from ours import product, registered
from peer_models import LIBRARY, SPREADSHEET, Forecast, median_of
from peer_scores import BASELINE, pooled, ratios, table
from peer_series import Origin, Record, origins_of, read_records

ENSEMBLE, GLM, PRODUCT = "median_of_4", "glm_12w", "product"
MEASURES = {"wape": BASELINE, "wape_day": BASELINE, "wql": GLM}
COVERAGES = ["cover80", "day_cover80", "day_cover95"]


def cached(folder: Path | None, peer: str, forecast: Callable[[Origin], Forecast], origin: Origin) -> Forecast:
    """The peer's forecast, kept by record, cut-off, peer and the history it has seen."""
    if folder is None:
        return forecast(origin)
    file = folder / f"{origin.record.name}-{origin.cutoff}-{peer}-{zlib.crc32(origin.known.tobytes()):08x}.npz"
    if file.exists():
        with np.load(file) as kept:
            return Forecast(**kept)
    made = forecast(origin)
    quantiles = {} if made.quantiles is None else {"quantiles": made.quantiles}
    np.savez_compressed(file, calls=made.calls, **quantiles)
    return made


def peers(origin: Origin, folder: Path | None) -> dict[str, Forecast]:
    made = {name: cached(folder, name, forecast, origin) for name, forecast in LIBRARY.items()}
    made |= {name: forecast(origin) for name, forecast in SPREADSHEET.items()}
    return made | {ENSEMBLE: median_of(made)}


def score_record(record: Record, ours: dict[str, Callable[[Origin], Forecast]], most: int, folder: Path | None):
    origins = origins_of(record, most)
    if not origins:
        print(f"{record.name}: too short for one origin, left out")
        return []
    every = [peers(origin, folder) | {name: model(origin) for name, model in ours.items()} for origin in origins]
    print(f"{record.name}: {len(origins)} origins, {origins[0].cutoff} to {origins[-1].cutoff}", flush=True)
    return [
        {"record": record.name, "model": model} | pooled(origins, [forecasts[model] for forecasts in every])
        for model in every[0]
    ]


def main() -> None:
    asked = arguments()
    if asked.cache:
        asked.cache.mkdir(parents=True, exist_ok=True)
    ours = {name: registered(name) for name in asked.models} | ({PRODUCT: product} if asked.product else {})
    records = [record for spec in asked.files for record in read_records(spec)]
    rows = [row for record in records for row in score_record(record, ours, asked.origins, asked.cache)]
    report(pd.DataFrame(rows), list(ours))


def report(scores: pd.DataFrame, ours: list[str]) -> None:
    pd.set_option("display.width", 250, "display.max_columns", 40)
    print("\ncalls an interval\n", scores.groupby("record")["calls"].first().round(1).to_string(), sep="")
    for measure, against in MEASURES.items():
        print(f"\n{measure} [%]\n", table(scores, measure, against).round(3).to_string(), sep="")
    print(
        "\nbias [%]\n",
        (100 * scores.pivot(index="model", columns="record", values="bias")).round(1).to_string(),
        sep="",
    )
    for measure in scores.columns.intersection(COVERAGES):
        wide = scores.pivot(index="model", columns="record", values=measure).dropna(how="all")
        print(f"\n{measure} [%]\n", (100 * wide).round(1).to_string(), sep="")
    if ours:
        print("\nratios\n", ratios(scores, ours, list(LIBRARY), ENSEMBLE, GLM).round(3).T.to_string(), sep="")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="PATH[,COUNTRY[,ZONE]]")
    parser.add_argument("--origins", type=int, default=9)
    parser.add_argument("--models", nargs="*", default=[], help="names of registered models, scored beside the product")
    parser.add_argument("--no-product", dest="product", action="store_false", help="leave forecasting.forecast out")
    parser.add_argument("--cache", type=Path, help="folder that keeps the peers' forecasts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
