"""Sweeps: thousands of runs in stacks of worlds, over processes or a cluster, that nothing can lose or double."""
