"""What paper, pages, lessons and README claim: one file of claims, and the probability of each over the posterior."""
