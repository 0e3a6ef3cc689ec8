"""AI services: models are trained and released; users and enterprises choose and pay."""
