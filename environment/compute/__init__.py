"""Rented compute: who computes where, at what price, and who waits; sites of start-ups' own.

The chips come from ``chips``, the contracts are written by ``ties``.
"""
