"""``python -m experiments`` is the command ``kingmaker``, also where the package is not installed."""

from experiments.entry import main

if __name__ == "__main__":
    main()
