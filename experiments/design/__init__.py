"""Designs of sweeps: which runs are made. How they are made is the business of ``sweep``."""
