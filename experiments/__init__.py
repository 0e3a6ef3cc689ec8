"""What is asked of the model: the command, runs and their results, figures."""
