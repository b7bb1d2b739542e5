"""Schedule rules, one a file; each adds itself to `scheduling.rules.RULES` when imported."""
