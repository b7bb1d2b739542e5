"""The language all rooms share: contracts, parameters, time axis, units, errors, registries, configuration."""

__version__ = "0.1.0"
