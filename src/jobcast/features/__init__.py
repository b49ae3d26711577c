"""What was known when a job was submitted, as columns: one place for training and prediction alike."""
