"""Chips: orders, makers' output and its rationing, delivery, installation, power.

What is computed on them is in ``compute``.
"""
