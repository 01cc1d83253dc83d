"""Import a plug-in's folder under a name of its own; Krita's is called stenciltorch, like the package."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

PLUGINS = Path(__file__).parents[2] / "plugins"


def load(folder, name):
    """The package at plugins/`folder` as `name`."""
    path = PLUGINS / folder / "__init__.py"
    spec = spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
