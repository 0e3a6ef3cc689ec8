"""Commands of ``kingmaker``, by topic; each module adds its own to the application."""
