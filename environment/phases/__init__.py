"""The phases of a month, one module each, in the order in which ``ComputeEconomy.step`` calls them."""
