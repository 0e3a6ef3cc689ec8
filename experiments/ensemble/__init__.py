"""An ensemble of one scenario: the same question on many seeds, and the bands that luck draws around its median."""
