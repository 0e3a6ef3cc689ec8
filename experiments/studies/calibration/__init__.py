"""Calibration: a few behavioural parameters fitted to the patterns of 2022-24 by CMA-ES over paired ensembles."""
