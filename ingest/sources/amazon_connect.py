"""Amazon Connect: contact records and the historical metrics report."""

from ingest.layout import SOURCES, Source

SOURCES.add(
    "amazon_connect",
    Source(
        "calls",
        "Amazon Connect contact records, one row a contact; a contact that is delivered again replaces the earlier.",
        {
            "call_id": "ContactId | Contact ID",
            "channel": "Channel",
            "direction": "InitiationMethod | Initiation method",
            "queue": "Queue.Name | QueueInfo.Name | Queue Name | Queue",
            "offered_at": "Queue.EnqueueTimestamp | QueueInfo.EnqueueTimestamp | EnqueueTimestamp",
            "answered_at": "Agent.ConnectedToAgentTimestamp | ConnectedToAgentTimestamp",
            "ended_at": "DisconnectTimestamp | Disconnect timestamp",
            "wait_s": "Queue.Duration | QueueInfo.Duration | Queue Duration",
            "talk_s": "Agent.AgentInteractionDuration | AgentInteractionDuration",
            "hold_s": "Agent.CustomerHoldDuration | CustomerHoldDuration",
            "acw_s": "Agent.AfterContactWorkDuration | AfterContactWorkDuration",
            "agent": "Agent.Username | Agent",
            "parent_call_id": "InitialContactId | PreviousContactId",
        },
        required=("call_id", "queue", "offered_at", "answered_at"),
    ),
)

SOURCES.add(
    "amazon_connect_history",
    Source(
        "interval_history",
        "Amazon Connect historical metrics report, by queue and interval.",
        {
            "queue": "Queue",
            "channel": "Channel",
            "interval_start": "StartInterval | Start interval",
            "interval_end": "EndInterval | End interval",
            "offered": "Contacts queued",
            "answered": "Contacts handled",
            "abandoned": "Contacts abandoned",
            "aht_s": "Average handle time",
            "avg_talk_s": "Average agent interaction time",
            "avg_acw_s": "Average after contact work time",
            "asa_s": "Average queue answer time",
            "max_wait_s": "Maximum queued time",
        },
        required=("queue", "interval_start", "offered"),
        notes=("Amazon Connect counts a contact in the interval in which it disconnects",),
    ),
)
