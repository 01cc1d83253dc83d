"""The errors that StencilTorch raises. Each message says what was found and what to do."""


class StencilTorchError(Exception):
    """Base of every error that a user can cause; the command line prints it as one line."""


class InputError(StencilTorchError):
    """A picture, a size or a request that cannot be used as it is."""


class ModelError(StencilTorchError):
    """A model file that is missing, damaged, foreign or made for another version."""


class DatasetError(StencilTorchError):
    """A folder of pictures, a manifest or a training pack that cannot be used."""


class ConfigError(StencilTorchError):
    """A recipe, an option or a run folder that does not fit."""
