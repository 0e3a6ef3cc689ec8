"""Statistics: windows, intervals, bands, paired differences, corrections. The one home of levels and methods."""
