"""Failed jobs: what forecasts of them are learnt from, how, and how they are judged."""
