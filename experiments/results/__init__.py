"""Folders of results: written whole or not at all, with a manifest, what is in force, and what their columns mean."""
