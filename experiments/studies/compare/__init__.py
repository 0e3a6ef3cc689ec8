"""Paired counterfactuals: two scenarios on the same luck, what differs, and how sure one can be of it."""
