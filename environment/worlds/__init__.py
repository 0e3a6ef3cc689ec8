"""Worlds as wholes: Mesa's view of one, branches, snapshots, and the arguments with which they are built."""
