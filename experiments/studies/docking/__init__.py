"""Docking: the model's own functions, in limits that the textbooks have solved, against those solutions."""
