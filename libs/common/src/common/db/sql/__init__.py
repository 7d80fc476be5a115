"""SQL objects: functions, triggers, policies, views and grants, a file for each concept.

A migration executes a file by its name. What a migration has executed does not change any more:
another version of an object is another file, ``ledger_v2``, with the migration that brings it. So
the highest version of each name is what a database of today has.
"""

from importlib.resources import files


def script(name: str) -> str:
    """The statements of a file, as the server takes them at once."""
    return (files(__name__) / f"{name}.sql").read_text(encoding="utf-8")
