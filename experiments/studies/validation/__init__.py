"""Validation: the model's ensemble held against the facts, hit or miss."""
