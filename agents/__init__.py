"""Who decides: chipmakers, clouds, start-ups, enterprises, investors, regulators."""

if __name__ != "kingmaker.agents":  # a development install must not offer a bare name that other packages use
    raise ModuleNotFoundError("No module named 'agents'; the import name is kingmaker.agents.")
