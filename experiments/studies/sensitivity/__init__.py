"""Sensitivity: which parameters move which outcomes, alone and together, and whether the sample was large enough."""
