"""``python -m kingmaker`` is the command ``kingmaker``, also where the package is not installed."""

from kingmaker.experiments.commands.entry import main

if __name__ == "__main__":
    main()
