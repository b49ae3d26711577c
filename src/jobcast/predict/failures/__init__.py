"""Failed jobs: models that tell the chance, as they come back from their folder."""
