"""From a history to a trained model."""
