"""Ties between firms: contracts, stakes and other relations, their log, and the graph of any month."""
