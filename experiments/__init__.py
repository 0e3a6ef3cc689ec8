"""What is asked of the model: the command, runs, sweeps and their results, figures."""

if __name__ != "kingmaker.experiments":  # a development install must not offer a bare name that other packages use
    raise ModuleNotFoundError("No module named 'experiments'; the import name is kingmaker.experiments.")
