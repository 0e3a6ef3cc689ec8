"""The class page: a small server over the engine of runs; what it shows is in ``web/``, what it offers in ``data/``."""
