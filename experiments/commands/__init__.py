"""The commands of ``kingmaker`` that are not in :mod:`experiments.cli` itself, by topic."""
