"""Capital: rounds, stakes and pledges, debts, values and what news does to them.

The tables of stakes are written by ``ties``.
"""
