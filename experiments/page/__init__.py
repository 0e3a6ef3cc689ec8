"""The classroom page: a teacher opens it, thirty students move levers."""
