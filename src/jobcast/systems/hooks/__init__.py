"""Batch systems at the moment of submission: what they tell a hook, and how they are answered."""
