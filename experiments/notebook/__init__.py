"""What Python asks and gets: results with one vocabulary, for notebooks and scripts.

Thin layers over runs, sweeps, studies and figures, which are made elsewhere and know nothing of what stands here.
"""
