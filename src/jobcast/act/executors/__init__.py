"""What runs jobs: one contract, and one file per implementation."""
