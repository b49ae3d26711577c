"""How long the scheduler reckons that a job will run, and what it does when that was too short."""
