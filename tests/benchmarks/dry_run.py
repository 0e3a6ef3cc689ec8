"""What ``--dry-run`` says that three sweeps take, and what they take: ``python -m tests.benchmarks.dry_run``.

Compare the times of one core: they do not depend on what else the machine does, but for what it does to caches.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from kingmaker.experiments.design.sweep_design import load_design
from kingmaker.experiments.sweep.estimate import estimate
from kingmaker.experiments.sweep.plan import WHOLE
from kingmaker.experiments.sweep.sweeping import SweepRequest, run_sweep

HEAD = 'kind = "grid"\nmeasures = ["hhi_cloud"]\nkeep = ["last12"]\n'
DESIGNS = {
    "128 runs of 84 months": (
        'months = 84\nreplications = 32\n[parameters]\n"policy.interoperability" = [0.0, 0.3, 0.6, 1.0]\n'
    ),
    "16 runs of two sizes": (
        'months = 48\nreplications = 4\n[parameters]\n"policy.tax" = [0.0, 0.1]\n"startups.number" = [50, 400]\n'
    ),
    "4 runs of 20 000 start-ups": (
        'months = 84\nreplications = 2\nset = { "startups.number" = 20000 }\n[parameters]\n"policy.tax" = [0.0, 0.1]\n'
    ),
}


def main() -> None:
    """Print a line for each."""
    for what, text in DESIGNS.items():
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "design.toml"
            path.write_text(HEAD + text, encoding="utf-8")
            design = load_design(str(path))
            told, began = estimate(design, WHOLE, workers=1), time.perf_counter()
            true = run_sweep(SweepRequest(design=design, out=Path(place) / "out", workers=1, quiet=True))
            clock = time.perf_counter() - began
            print(
                f"{what}: one core {told.core_seconds:.1f} s told, {true.model_seconds:.1f} s taken "
                f"({told.core_seconds / true.model_seconds - 1.0:+.0%}); clock {told.seconds:.1f} s told, "
                f"{clock:.1f} s taken ({told.seconds / clock - 1.0:+.0%})",
                flush=True,
            )


if __name__ == "__main__":
    main()
