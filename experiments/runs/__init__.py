"""Runs of one scenario, of one seed or many, and again from a manifest."""
