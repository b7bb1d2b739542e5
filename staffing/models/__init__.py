"""Queue models, one a file; each adds itself to `staffing.queueing.MODELS` when imported."""
