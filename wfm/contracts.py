"""The data dictionary: every frame that rooms exchange, column by column, with units.

Times are tz-aware interval starts, durations seconds, rates fractions, load erlangs. Unknown is null, never 0.
"""

from __future__ import annotations

from typing import Any

from wfm.contract import Column, Contract


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
HANDLE_SHAPES = ("lognormal", "gamma", "exponential", "deterministic")
EVENT_KINDS = ("multiplicative", "additive", "outage")
EVENT_REPEATS = ("weekly", "monthly", "yearly")
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
        _seconds(
            "aht_s", "mean talk + hold + ACW of answered calls whose handle time is known; else null", nullable=True
        ),
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
        _text("preferences", "wishes, such as off sat-sun; start 07:00-09:00 x2; late", **MAYBE),
        Column("seniority", "number", "", "rank in bids: more goes first", required=False, nullable=True),
        Column("hired_on", "date", "", "first day of employment", required=False, nullable=True),
        Column("valid_from", "date", "", "first day this row holds", required=False, nullable=True),
        Column("valid_to", "date", "", "last day this row holds", required=False, nullable=True),
    ),
)

SKILL_GROUPS = Contract(
    "skill_groups",
    "One row a group of agents alike.",
    ("group",),
    (
        _text("group", "group"),
        _text("skills", "queues that its agents serve, separated by |, best first"),
        Column("cost", "number", "", "cost of an agent-hour, in any unit; null means 1", required=False, nullable=True),
        Column(
            "max_agents",
            "count",
            "agents",
            "most on the phone at a time; null means no limit",
            required=False,
            nullable=True,
        ),
        Column(
            "shrinkage",
            "number",
            "1",
            "share of scheduled time away; null means that of its queues",
            required=False,
            nullable=True,
        ),
    ),
)

GROUP_REQUIREMENT = Contract(
    "group_requirement",
    "One row a group of agents and open interval: with these together every queue meets its targets at least cost.",
    ("group", "interval_start"),
    (
        _text("group", "group"),
        _time("interval_start", "start of the half-open interval"),
        _text("skills", "queues that its agents serve, separated by |, best first"),
        Column("agents", "count", "agents", "agents on the phone", least=0),
        Column(
            "staff",
            "count",
            "agents",
            "agents to schedule: agents / (1 - shrinkage), rounded up",
            required=False,
            least=0,
        ),
        Column("cost", "number", "", "agents x cost an hour x hours of the interval", required=False, least=0.0),
        _rate("occupancy", "simulated share of time on the phone that its agents handle calls", required=False),
    ),
)

SKILL_SERVICE = Contract(
    "skill_service",
    "One row a queue and open interval: what callers get of groups that share the queues, by simulation.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        _calls("calls", "expected calls offered"),
        _seconds("aht_s", "expected handle time", nullable=True),
        Column("load_erl", "number", "erl", "offered load: calls x AHT / interval", least=0.0),
        _rate("service_level", "share answered within the threshold, of calls offered"),
        Column("service_level_low", "number", "1", "lower end of its 95 % interval", nullable=True),
        Column("service_level_high", "number", "1", "upper end of its 95 % interval", nullable=True),
        Column("asa_s", "number", "s", "mean wait of answered calls", nullable=True, least=0.0),
        _rate("abandonment", "share of calls offered that abandon"),
        Column("met", "flag", "", "whether every target of the queue is met"),
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
        _text("shift", "name of the shift that the stretch belongs to", **MAYBE),
    ),
)

TIME_OFF = Contract(
    "time_off",
    "One row an absence of an agent: approved ones are kept free, requested ones weighed.",
    ("agent", "start"),
    (
        _text("agent", "agent"),
        _time("start", "start of the absence"),
        _time("end", "end of the absence"),
        _text("kind", "approved or requested"),
        Column(
            "weight", "number", "1", "importance of a request; 1 when null", required=False, nullable=True, least=0.0
        ),
    ),
)

ACTIVITIES = Contract(
    "activities",
    "One row a meeting, training or coaching to be placed into shifts.",
    ("name",),
    (
        _text("name", "name, told beside its places"),
        _text("activity", "meeting, training, coaching or back_office"),
        _text("agents", "who takes part, separated by |"),
        _seconds("length_s", "length"),
        _time("earliest", "start of the window it lies in"),
        _time("latest", "end of the window it lies in"),
        Column("together", "flag", "", "whether all take part at the same time", required=False, nullable=True),
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

SCHEDULE_CHANGES = Contract(
    "schedule_changes",
    "One row a shift that differs between two schedules; a shift that changes its day is removed and added.",
    (),
    (
        _text("agent", "agent"),
        Column("day", "date", "", "local day on which the shift starts"),
        _text(
            "change",
            "added, removed, moved (start or end) or activities (breaks, queue or pay within the same times)",
            choices=("added", "removed", "moved", "activities"),
        ),
        _time("old_start", "start before; null for an added shift", nullable=True),
        _time("old_end", "end before", nullable=True),
        _time("new_start", "start after; null for a removed shift", nullable=True),
        _time("new_end", "end after", nullable=True),
        Column("start_min", "number", "min", "how much later it starts; negative for earlier", nullable=True),
        Column("end_min", "number", "min", "how much later it ends; negative for earlier", nullable=True),
        _text("activities", "what moved within the shift, such as lunch 12:00 → 12:30", nullable=True),
        Column("paid_hours", "number", "h", "paid hours after - before"),
    ),
)

COVERAGE_CHANGES = Contract(
    "coverage_changes",
    "One row a queue and interval in which two schedules have different staff on the phone.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        Column("required", "number", "agents", "staff required; null where not known", nullable=True, least=0.0),
        Column("old_scheduled", "number", "agents", "scheduled on the phone before, weighted by time", least=0.0),
        Column("new_scheduled", "number", "agents", "scheduled on the phone after", least=0.0),
        Column("change", "number", "agents", "after - before"),
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
        _seconds("productive_scheduled_s", "productive time scheduled", **MAYBE),
        _seconds("productive_worked_s", "productive time worked, in or out of shift", **MAYBE),
        _text("why_null", "reason where adherence or conformance is null", **MAYBE),
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

SELECTION = Contract(
    "selection",
    "One row a queue: the forecast model chosen by backtest, and why.",
    ("queue",),
    (
        _text("queue", "queue"),
        _text("model", "chosen forecast model"),
        _text("level", "what models were compared at: interval, day (few calls) or week (very few)"),
        Column("wape", "number", "1", "its WAPE at that level over the backtest", nullable=True, least=0.0),
        _text("baseline", "model it is held against", nullable=True),
        Column("baseline_wape", "number", "1", "WAPE of the baseline at that level", nullable=True, least=0.0),
        Column("ratio", "number", "1", "wape / baseline_wape", nullable=True, least=0.0),
        Column("ratio_low", "number", "1", "lower end of its 90 % interval", nullable=True, least=0.0),
        Column("ratio_high", "number", "1", "upper end of its 90 % interval", nullable=True, least=0.0),
        Column("origins", "count", "", "cut-offs of the backtest", least=0),
        _text("words", "the choice in words"),
    ),
)

BACKTEST = Contract(
    "backtest",
    "One row a queue and model: errors over the same cut-offs, sum over sum.",
    ("queue", "model"),
    (
        _text("queue", "queue"),
        _text("model", "forecast model"),
        Column("wape_interval", "number", "1", "sum of absolute interval errors / calls", nullable=True, least=0.0),
        Column("wape_day", "number", "1", "sum of absolute day errors / calls", nullable=True, least=0.0),
        Column("wape_week", "number", "1", "sum of absolute week errors / calls", nullable=True, least=0.0),
        Column("bias", "number", "1", "sum of errors / calls; positive when too high", nullable=True),
        Column(
            "ratio_to_average",
            "number",
            "1",
            "wape_interval / that of the average of the last six same weekdays",
            nullable=True,
            least=0.0,
        ),
        Column("ratio_to_naive", "number", "1", "wape_interval / that of seasonal-naive", nullable=True, least=0.0),
        Column(
            "poisson_floor", "number", "1", "WAPE that remains if the true rate were known", nullable=True, least=0.0
        ),
        Column("mase", "number", "1", "abs. error / that of repeating the week before", nullable=True, least=0.0),
        Column("wql", "number", "1", "mean weighted loss of seven quantiles", nullable=True, least=0.0),
        _rate("coverage80_interval", "share of intervals within their 80 % band"),
        _rate("coverage80_day", "share of day totals within their 80 % band"),
        _rate("coverage95_day", "share of day totals within their 95 % band"),
    ),
)

ACCURACY = Contract(
    "accuracy",
    "One row a queue, level and measure: the locked forecast against what came; queue null is all queues.",
    (),
    (
        _text("queue", "queue; null for all", nullable=True),
        _text("level", "interval, day or week"),
        _text("measure", "calls, aht or workload"),
        Column("wape", "number", "1", "sum of absolute errors / actual", nullable=True, least=0.0),
        Column("bias", "number", "1", "sum of errors / actual; positive when too high", nullable=True),
        Column("forecast", "number", "", "forecast in total (AHT: per call) [calls, s]", nullable=True),
        Column("actual", "number", "", "actual in total (AHT: per call) [calls, s]", nullable=True),
        Column("n", "count", "", "intervals, days or weeks compared", least=0),
        _rate("coverage80", "share of intervals within the 10 to 90 % band"),
    ),
)

STAFFING = Contract(
    "staffing",
    "One row a queue and interval of the week that happened.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        Column(
            "required_agents", "number", "agents", "agents on the phone that the locked plan required", nullable=True
        ),
        Column("required_staff", "number", "agents", "the same with shrinkage", nullable=True),
        Column("scheduled", "number", "agents", "agents scheduled on the phone, weighted by time", nullable=True),
        Column("present", "number", "agents", "agents ready or handling calls, weighted by time", nullable=True),
        _rate("occupancy", "handling / (handling + available) time"),
    ),
)

EXCEPTIONS = Contract(
    "exceptions",
    "One row a stretch out of adherence.",
    ("agent", "start"),
    (
        _text("agent", "agent"),
        Column("day", "date", "", "local day on which the shift starts"),
        _time("start", "start of the stretch"),
        _time("end", "end of the stretch"),
        _text("scheduled", "activity scheduled"),
        _text("actual", "state the agent was in"),
        Column("minutes", "number", "min", "length", least=0.0),
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

EXPLANATION = Contract(
    "explanation",
    "One row a queue, forecast day and part; the parts of a day add up to its calls.",
    ("queue", "day", "part"),
    (
        _text("queue", "queue"),
        Column("day", "date", "", "local day"),
        _text("part", "typical day, level and trend, recent weeks, weekday, time of the month, …, or an event"),
        Column("calls", "number", "calls", "what the part adds to the day's calls"),
        Column("share", "number", "1", "calls / those of the typical day", nullable=True),
        Column("average_calls", "number", "calls", "average of the last six same weekdays", nullable=True),
    ),
)

ESTIMATES = Contract(
    "estimates",
    "One row a queue: what its call log tells of patience and handle time; the ends are those of 90 % intervals.",
    ("queue",),
    (
        _text("queue", "queue"),
        Column("offered", "count", "calls", "answered and abandoned calls with a known wait", least=0),
        Column("abandoned", "count", "calls", "of these, abandoned", least=0),
        _seconds(
            "patience_s", "mean patience: all waiting over abandonments; null where nobody hung up", nullable=True
        ),
        _seconds("patience_low_s", "lower end of the mean patience", **MAYBE),
        _seconds("patience_high_s", "upper end of the mean patience; null where there is none", **MAYBE),
        _seconds(
            "patience_median_s", "wait by which half would have hung up (Kaplan-Meier); null if fewer did", **MAYBE
        ),
        _rate("waiting_60s", "share of callers who would still wait after 60 s (Kaplan-Meier)", required=False),
        _rate("waiting_180s", "share of callers who would still wait after 180 s (Kaplan-Meier)", required=False),
        Column("handled", "count", "calls", "handle times known, without those left out", least=0, required=False),
        Column("left_out", "count", "calls", "handle times too long to be calls", least=0, required=False),
        _seconds("aht_s", "mean handle time", **MAYBE),
        _seconds("aht_low_s", "lower end of the mean handle time", **MAYBE),
        _seconds("aht_high_s", "upper end of the mean handle time", **MAYBE),
        Column(
            "handle_cv", "number", "1", "standard deviation of handle times over their mean", nullable=True, least=0.0
        ),
        Column("handle_cv_low", "number", "1", "its lower end", required=False, nullable=True, least=0.0),
        Column("handle_cv_high", "number", "1", "its upper end", required=False, nullable=True, least=0.0),
        _text("handle_shape", "shape of handle times that fits best", choices=HANDLE_SHAPES, **MAYBE),
        Column(
            "handle_misfit",
            "number",
            "1",
            "largest relative error of that shape",
            required=False,
            nullable=True,
            least=0.0,
        ),
        _seconds("handle_p50_s", "median handle time", **MAYBE),
        _seconds("handle_p90_s", "handle time that nine in ten calls stay below", **MAYBE),
        _text("findings", "what makes the figures less sure than they look", **MAYBE),
    ),
)

AGENTS_ON_PHONE = Contract(
    "agents_on_phone",
    "One row a queue and interval: agents on the phone; a requirement is one. A missing interval has none.",
    ("queue", "interval_start"),
    (
        _text("queue", "queue"),
        _time("interval_start", "start of the half-open interval"),
        Column("agents", "count", "agents", "agents on the phone", least=0),
        Column("staff", "count", "agents", "agents paid for them, shrinkage included", least=0, required=False),
    ),
)

EVENTS = Contract(
    "events",
    "One row an occurrence of something that moves the calls; rows of one event share an effect.",
    (),
    (
        _text("event", "name; occurrences of one name are expected to have the same effect"),
        Column("first_day", "date", "", "first local day"),
        Column("last_day", "date", "", "last local day; null means the first day", required=False, nullable=True),
        _text("start_time", "HH:MM from which it counts on each of its days; null means midnight", **MAYBE),
        _text("end_time", "HH:MM until which it counts, past midnight if not after the start", **MAYBE),
        _text("queue", "queue concerned; null for all", **MAYBE),
        _text("kind", "how it acts on the calls", choices=EVENT_KINDS),
        Column(
            "effect",
            "number",
            "",
            "planner's expectation: 0.25 for +25 % (multiplicative), calls a day (additive), share lost (outage)",
            required=False,
            nullable=True,
        ),
        _text(
            "repeats",
            "how it comes again: weekly, monthly or yearly",
            choices=EVENT_REPEATS,
            required=False,
            nullable=True,
        ),
        Column(
            "until",
            "date",
            "",
            "last day on which a repetition may begin; null means without end",
            required=False,
            nullable=True,
        ),
        Column(
            "registered_on",
            "date",
            "",
            "day on which it became known; null means always known",
            required=False,
            nullable=True,
        ),
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
        SKILL_GROUPS,
        GROUP_REQUIREMENT,
        SKILL_SERVICE,
        SCHEDULE,
        TIME_OFF,
        SCHEDULE_CHANGES,
        ACTIVITIES,
        COVERAGE,
        COVERAGE_CHANGES,
        AGENT_STATES,
        ADHERENCE,
        SCORECARD,
        SELECTION,
        BACKTEST,
        ACCURACY,
        STAFFING,
        EXCEPTIONS,
        SURVEYS,
        SALES,
        CASES,
        COSTS,
        EVENTS,
        EXPLANATION,
        ESTIMATES,
        AGENTS_ON_PHONE,
    )
}


def skills_of(text: object) -> tuple[str, ...]:
    """Skills of an agent or a group, best first."""
    return tuple(part.strip() for part in str(text).split("|") if part.strip())
