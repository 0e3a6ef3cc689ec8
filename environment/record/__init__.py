"""The record: the ledger is audited, measures are taken, the graph is dated."""
