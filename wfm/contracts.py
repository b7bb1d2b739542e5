"""The data dictionary: every frame that rooms exchange, column by column, with units.

Times are tz-aware interval starts, durations seconds, rates fractions, load erlangs. Unknown is null, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from wfm.errors import Finding, InputError

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind = Literal["text", "time", "date", "number", "count", "flag"]

_EMPTY_DTYPE = {"text": "str", "date": "datetime64[us]", "number": "float64", "count": "int64", "flag": "boolean"}
_KIND_WORDS = {
    "text": "text",
    "time": "a time with its zone",
    "date": "a calendar date",
    "number": "a number",
    "count": "a whole number",
    "flag": "true, false or null",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a contract.

    Parameters
    ----------
    name, kind : str
    unit : str
        ``s``, ``erl``, ``1`` (a fraction), ``calls``, ``agents``, or empty.
    doc : str
        What it means.
    required : bool
        Whether the column must be there.
    nullable : bool
        Whether single values may be unknown.
    least, most : float, optional
        Smallest and largest legal value.
    choices : tuple of str
        Legal values of a text column, empty for any.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    required: bool = True
    nullable: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """A frame that crosses the wall between two rooms."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def empty(self, timezone: str = "UTC") -> pd.DataFrame:
        """A frame with every column of the contract and no row."""
        dtypes = {
            c.name: f"datetime64[us, {timezone}]" if c.kind == "time" else _EMPTY_DTYPE[c.kind] for c in self.columns
        }
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})

    def validate(self, frame: pd.DataFrame, source: str = "") -> pd.DataFrame:
        """Return `frame` with the contract's columns first, or raise with everything that is wrong.

        Parameters
        ----------
        frame : DataFrame
            Columns beyond the contract are kept, behind the contract's own.
        source : str
            File or table named in the findings; the contract's name when empty.

        Raises
        ------
        InputError
            One finding per broken rule and column, with the first row it was broken in (header = row 1).
        """
        import pandera.errors

        try:
            _schema(self).validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as problem:
            raise InputError(_findings(self, problem.failure_cases, source or self.name)) from None
        present = [name for name in self.names if name in frame.columns]
        extra = [name for name in frame.columns if name not in present]
        return frame[present + extra]


def _check_kind(kind: Kind) -> Any:
    def is_kind(values: pd.Series) -> bool:
        dtype = values.dtype
        if values.isna().all():
            return True
        match kind:
            case "time":
                return isinstance(dtype, pd.DatetimeTZDtype)
            case "date":
                return pd.api.types.is_datetime64_dtype(dtype)
            case "number":
                return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
            case "count":
                if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
                    return False
                return bool((values.dropna() % 1 == 0).all())
            case "flag":
                return pd.api.types.is_bool_dtype(values.dropna().infer_objects().dtype)
            case _:
                return pd.api.types.is_string_dtype(values.dropna()) or isinstance(dtype, pd.CategoricalDtype)

    return is_kind


@cache
def _schema(contract: Contract) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    columns = {}
    for column in contract.columns:
        checks = [pa.Check(_check_kind(column.kind), error=_KIND_WORDS[column.kind])]
        if column.least is not None:
            checks.append(pa.Check.ge(column.least, error=f"at least {column.least:g}"))
        if column.most is not None:
            checks.append(pa.Check.le(column.most, error=f"at most {column.most:g}"))
        if column.choices:
            checks.append(pa.Check.isin(column.choices, error="one of " + ", ".join(column.choices)))
        columns[column.name] = pa.Column(None, checks, nullable=column.nullable, required=column.required)
    return pa.DataFrameSchema(columns, unique=list(contract.key) or None, ordered=False, strict=False)


def _findings(contract: Contract, cases: pd.DataFrame, source: str) -> list[Finding]:
    findings = []
    cases = cases.assign(column=cases["column"].astype(object), check=cases["check"].astype(str))
    cases.loc[cases["check"].str.contains("unique"), "column"] = ""
    wrong_kind = set(cases.loc[cases["check"].isin(_KIND_WORDS.values()), "column"])
    cases = cases[cases["check"].isin(_KIND_WORDS.values()) | ~cases["column"].isin(wrong_kind)]
    for (column, check), group in cases.groupby(["column", "check"], sort=False, dropna=False):
        first = group.iloc[0]
        if check == "column_in_dataframe":
            name = str(first["failure_case"])
            fix = f"add it ({contract.column(name).doc})" if name in contract.names else ""
            findings.append(Finding(source, "missing-column", "no such column", name, fix, column=name))
            continue
        row = None if pd.isna(first["index"]) else int(first["index"]) + 2
        if "unique" in check:
            key = ", ".join(contract.key)
            rows = group["index"].nunique()
            findings.append(
                Finding(source, "duplicate-key", f"{rows} rows that repeat a key", f"one row per {key}", row=row)
            )
            continue
        if check == "not_nullable":
            findings.append(
                Finding(source, "null", "nothing", "a value", row=row, column=str(column), count=len(group))
            )
            continue
        found = f'"{first["failure_case"]}"' if row is not None else "other values"
        findings.append(Finding(source, "bad-value", found, check, row=row, column=str(column), count=len(group)))
    return findings


def _text(name: str, doc: str, **options: Any) -> Column:
    return Column(name, "text", "", doc, **options)


def _time(name: str, doc: str, **options: Any) -> Column:
    return Column(name, "time", "", doc, **options)


def _seconds(name: str, doc: str, **options: Any) -> Column:
    return Column(name, "number", "s", doc, **{"least": 0.0} | options)


def _calls(name: str, doc: str, **options: Any) -> Column:
    return Column(name, "number", "calls", doc, **{"least": 0.0} | options)


def _rate(name: str, doc: str, **options: Any) -> Column:
    return Column(name, "number", "1", doc, **{"least": 0.0, "most": 1.0, "nullable": True} | options)


OUTCOMES = ("answered", "abandoned", "blocked", "flowout", "callback", "voicemail", "failed")
CHANNELS = ("voice", "chat", "email", "social", "callback")
MAYBE = {"required": False, "nullable": True}
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
QUANTILE_COLUMNS = tuple(f"calls_p{round(q * 100):02d}" for q in QUANTILES)

CALLS = Contract(
    "calls",
    "One row a contact that asked for an agent.",
    ("call_id",),
    (
        _text("call_id", "identifies the call; made from file and row where the export has none"),
        _text("queue", "queue, skill or split that the call waited in"),
        _text("channel", "voice, chat, email, social or callback", required=False, nullable=True),
        _text("direction", "inbound or outbound", required=False, nullable=True),
        _time("offered_at", "moment the call entered the queue"),
        _time("answered_at", "moment an agent answered", **MAYBE),
        _time("ended_at", "moment the call left the centre", **MAYBE),
        _seconds("wait_s", "from offered to answered, or to abandoned", **MAYBE),
        _seconds("talk_s", "talking to an agent, without hold", **MAYBE),
        _seconds("hold_s", "on hold", **MAYBE),
        _seconds("acw_s", "after-call work", **MAYBE),
        _text("outcome", "how it left the queue", choices=OUTCOMES),
        _text("agent", "agent who answered", **MAYBE),
        _text("customer", "key of the customer", **MAYBE),
        _text("topic", "what it was about", **MAYBE),
        _text("product", "product concerned", **MAYBE),
        Column("transferred", "flag", "", "passed on to another agent or queue", required=False, nullable=True),
        Column("resolved", "flag", "", "agent marked the query as resolved", required=False, nullable=True),
        _text("parent_call_id", "call that this leg belongs to", **MAYBE),
    ),
)

INTERVAL_HISTORY = Contract(
    "interval_history",
    "One row a queue and open interval; volume and handle time belong to the interval of arrival.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        _calls("offered", "calls that asked for an agent"),
        _calls("answered", "offered calls answered by an agent", nullable=True),
        _calls("abandoned", "offered calls whose caller hung up in the queue", nullable=True),
        _calls("short_abandoned", "abandoned within the short-abandon threshold", **MAYBE),
        _calls("answered_in_threshold", "answered within the service-level threshold", **MAYBE),
        _seconds("talk_s", "sum of talk time", **MAYBE),
        _seconds("hold_s", "sum of hold time", **MAYBE),
        _seconds("acw_s", "sum of after-call work", **MAYBE),
        _seconds("aht_s", "(talk + hold + ACW) / answered; null where nothing was answered", nullable=True),
        _seconds("wait_s", "sum of waits of answered calls", **MAYBE),
        _seconds("max_wait_s", "longest wait of any call", **MAYBE),
    ),
)

FORECAST = Contract(
    "forecast",
    "One row a queue and open interval of the horizon; the quantiles and the mean are of one distribution.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        _calls("calls", "expected calls offered (mean)"),
        *(
            _calls(name, f"{q:.0%} quantile of calls offered", required=False, nullable=True)
            for q, name in zip(QUANTILES, QUANTILE_COLUMNS, strict=True)
        ),
        _seconds("aht_s", "expected handle time per answered call", nullable=True),
        _seconds("aht_p10_s", "10% quantile of the interval's average handle time", **MAYBE),
        _seconds("aht_p90_s", "90% quantile of the interval's average handle time", **MAYBE),
        _text("model", "forecast model", required=False, nullable=True),
        _time("cutoff", "end of the history the forecast has seen", **MAYBE),
    ),
)

REQUIREMENT = Contract(
    "requirement",
    "One row a queue and open interval: the least agents that meet every target.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        _calls("calls", "expected calls offered"),
        _seconds("aht_s", "expected handle time", nullable=True),
        Column("load_erl", "number", "erl", "offered load: calls x AHT / interval", least=0.0),
        Column("agents", "count", "agents", "agents on the phone", least=0),
        Column("staff", "count", "agents", "agents to schedule: agents / (1 - shrinkage), rounded up", least=0),
        _rate("service_level", "expected share answered within the threshold, of calls offered"),
        Column("asa_s", "number", "s", "expected wait of answered calls", nullable=True, least=0.0),
        _rate("occupancy", "expected share of time on the phone that agents handle calls"),
        _rate("abandonment", "expected share of calls offered that abandon"),
        _text("binding", "what decided: service_level, asa, occupancy, abandonment, stability, minimum or none"),
        _text("model", "queue model"),
    ),
)

AGENTS = Contract(
    "agents",
    "One row a person.",
    ("agent",),
    (
        _text("agent", "agent"),
        _text("skills", "queues the agent can serve, separated by |, best first"),
        _text("team", "team", **MAYBE),
        _text("site", "site", **MAYBE),
        Column("contract_hours", "number", "h", "paid hours a week by contract", least=0.0, most=80.0),
        _text("availability", "weekdays and hours, such as mon-fri 07:00-19:00; null means always", **MAYBE),
        _text("preferences", "wishes in the planner's words", **MAYBE),
        Column("hired_on", "date", "", "first day of employment", required=False, nullable=True),
        Column("valid_from", "date", "", "first day this row holds", required=False, nullable=True),
        Column("valid_to", "date", "", "last day this row holds", required=False, nullable=True),
    ),
)

SCHEDULE = Contract(
    "schedule",
    "One row a stretch of one activity of one agent; the stretches of a shift follow each other without gap.",
    ("version", "agent", "start"),
    (
        _text("version", "published version, such as 2026-W48.1"),
        _text("agent", "agent"),
        _time("start", "start of the stretch"),
        _time("end", "end of the stretch"),
        _text("activity", "phone, break, lunch, meeting, training, coaching or time_off"),
        _text("queue", "queue served in a phone stretch", nullable=True),
        Column("paid", "flag", "", "whether the stretch is paid"),
        Column("productive", "flag", "", "whether the agent serves customers in it"),
        _time("published_at", "moment this version was published", **MAYBE),
    ),
)

COVERAGE = Contract(
    "coverage",
    "One row a queue and interval: staff required against staff scheduled on the phone.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        Column("required", "number", "agents", "staff required", least=0.0),
        Column("scheduled", "number", "agents", "agents scheduled on the phone, weighted by time", least=0.0),
        Column("gap", "number", "agents", "scheduled - required"),
    ),
)

AGENT_STATES = Contract(
    "agent_states",
    "One row a stretch of one state of one agent; stretches of an agent never overlap.",
    ("agent", "start"),
    (
        _text("agent", "agent"),
        _time("start", "start of the stretch"),
        _time("end", "end of the stretch; null while it lasts", nullable=True),
        _text("state", "ready, on_call, acw, break, lunch, meeting, training, coaching, not_ready, logged_off, …"),
        _text("reason", "reason code", **MAYBE),
        _text("channel", "channel", **MAYBE),
    ),
)

ADHERENCE = Contract(
    "adherence",
    "One row an agent and day on which the shift starts.",
    ("agent", "day"),
    (
        _text("agent", "agent"),
        Column("day", "date", "", "local day on which the shift starts"),
        _seconds("scheduled_s", "scheduled time that adherence is measured over"),
        _seconds("in_adherence_s", "scheduled time spent in a state that fits the activity"),
        _seconds("neutral_s", "scheduled time that counts neither way"),
        _rate("adherence", "in_adherence_s / (scheduled_s - neutral_s)"),
        Column(
            "conformance", "number", "1", "productive time worked / productive time scheduled", nullable=True, least=0.0
        ),
        Column("exceptions", "count", "", "stretches out of adherence", least=0),
        _seconds("late_s", "from scheduled start to first sign-on", nullable=True),
        _seconds("left_early_s", "from last sign-off to scheduled end", nullable=True),
    ),
)

SCORECARD = Contract(
    "scorecard",
    "One row a KPI, group and period.",
    (),
    (
        _text("kpi", "id of the KPI"),
        _text("queue", "group: queue; null for the total", **MAYBE),
        _time("period_start", "start of the period", **MAYBE),
        Column("value", "number", "", "the figure, in `unit`", nullable=True),
        Column("numerator", "number", "", "sum above the line", nullable=True),
        Column("denominator", "number", "", "sum below the line", nullable=True),
        Column("n", "number", "", "observations behind the figure", nullable=True),
        _text("unit", "s, 1, calls, money…"),
        _text("better", "higher, lower or context"),
        Column("target", "number", "", "target in force", required=False, nullable=True),
        _text("status", "met, missed or null without a target", required=False, nullable=True),
        _text("why_null", "reason when value is null", required=False, nullable=True),
    ),
)

SURVEYS = Contract(
    "surveys",
    "One row a survey sent.",
    ("survey_id",),
    (
        _text("survey_id", "survey"),
        _text("kind", "csat, nps, ces, esat or fcr"),
        _text("call_id", "call it asks about", **MAYBE),
        _text("agent", "agent it asks about", **MAYBE),
        _time("sent_at", "moment sent"),
        _time("answered_at", "moment answered; null when it was not", **MAYBE),
        Column("score", "number", "", "answer on the scale; null when not answered", nullable=True),
        Column("scale_min", "number", "", "lowest answer of the scale"),
        Column("scale_max", "number", "", "highest answer of the scale"),
        Column("high_is_good", "flag", "", "direction of the scale"),
    ),
)

SALES = Contract(
    "sales",
    "One row a sale.",
    ("sale_id",),
    (
        _text("sale_id", "sale"),
        _text("call_id", "call it was made in", **MAYBE),
        _text("agent", "agent who made it", **MAYBE),
        _time("sold_at", "moment of the sale"),
        Column("amount", "number", "currency", "revenue, negative for a refund"),
        _text("currency", "ISO 4217 code"),
        _text("product", "product", **MAYBE),
        Column("is_cross_sell", "flag", "", "sold beside what the caller asked for", required=False, nullable=True),
    ),
)

CASES = Contract(
    "cases",
    "One row a customer query that was opened as a case.",
    ("case_id",),
    (
        _text("case_id", "case"),
        _text("customer", "key of the customer", **MAYBE),
        _text("topic", "what it is about", **MAYBE),
        _text("first_call_id", "call that opened it", **MAYBE),
        _time("opened_at", "moment opened"),
        _time("resolved_at", "moment resolved; null while open", **MAYBE),
        Column("contacts", "count", "", "contacts that it took so far", least=1),
    ),
)

COSTS = Contract(
    "costs",
    "One row a month and kind of cost or revenue.",
    ("month", "kind"),
    (
        Column("month", "date", "", "first day of the month"),
        _text("kind", "salaries, telephony, software, facilities or revenue"),
        Column("amount", "number", "currency", "amount"),
        _text("currency", "ISO 4217 code"),
    ),
)

CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        CALLS,
        INTERVAL_HISTORY,
        FORECAST,
        REQUIREMENT,
        AGENTS,
        SCHEDULE,
        COVERAGE,
        AGENT_STATES,
        ADHERENCE,
        SCORECARD,
        SURVEYS,
        SALES,
        CASES,
        COSTS,
    )
}
