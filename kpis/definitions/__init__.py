"""The KPIs, one module a group; a definition added here appears in the scorecard and its tests."""
