"""Factorials: policies crossed on the same members or seeds; what each does, and what they do beyond the sum."""
