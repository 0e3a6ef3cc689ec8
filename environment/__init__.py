"""The environment: markets, ledger, policy and the month in which agents decide."""

if __name__ != "kingmaker.environment":  # a development install must not offer a bare name that other packages use
    raise ModuleNotFoundError("No module named 'environment'; the import name is kingmaker.environment.")
