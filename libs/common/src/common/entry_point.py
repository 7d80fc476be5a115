"""Entry point of a service: its modules are loaded while Python's cycle collector rests.

Loading makes some hundred thousand objects that live as long as the process. Until they are loaded
the collector goes through all of them again and again, which is a quarter of the processor's time
that share-api takes to start, and a fifth of a worker's.
"""

import gc
from importlib import import_module
from typing import Any


def loaded(module: str) -> Any:
    """The module, imported with all that it needs; the collector does not look at it again."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()
