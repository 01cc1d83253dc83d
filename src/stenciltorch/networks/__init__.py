"""Torch modules: tensors in, tensors out. They know no file and no dataset."""
