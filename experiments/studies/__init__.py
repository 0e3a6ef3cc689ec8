"""Studies: comparisons, sensitivity, validation, calibration, mechanisms, docking, the event study."""
