"""Parameters and luck together: priors, lines of data with errors, the ensemble smoother, its members, its checks."""
