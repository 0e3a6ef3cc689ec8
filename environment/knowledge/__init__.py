"""Knowledge: effective compute, efficiency that is found and spreads, power capacity that is added."""
