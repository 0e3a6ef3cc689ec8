"""Firms come and go: the firms of January 2022, entry, failures and takeovers, and the settlement of the month."""
