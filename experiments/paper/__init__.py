"""``kingmaker paper``: every number, table and figure of the paper, made from nothing but the repository."""
