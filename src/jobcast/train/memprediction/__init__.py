"""The recipe `memprediction`: word vectors, optional SMOTE, boosted trees, as its YAML says."""

from jobcast.train.memprediction.recipe import Fitted, fit
from jobcast.train.memprediction.report import Report
from jobcast.train.memprediction.settings import TrainingSettings
from jobcast.train.memprediction.training_yaml import default_settings, read_settings

__all__ = ["Fitted", "Report", "TrainingSettings", "default_settings", "fit", "read_settings"]
