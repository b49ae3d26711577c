"""From a trained model and a submission to a forecast."""
