"""Who decides: chipmakers, clouds, start-ups, enterprises, investors, regulators."""
