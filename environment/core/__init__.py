"""What every market stands on: the month and what its phases leave, luck, the ledger, the calendar, sums by firm.

No market's rules live here.
"""
