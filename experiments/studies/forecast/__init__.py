"""The forecast contest: the model against naive forecasters, from origins in the window, scored on what followed."""
