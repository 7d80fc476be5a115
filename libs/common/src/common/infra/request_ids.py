"""Request ids: one name of a request in the logs and traces of every service that works on it.

The gateway gives a request its id; a job carries that of the request that asked for it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

HEADER: Final = "X-Request-ID"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_current: ContextVar[str] = ContextVar("request_id", default="")


def plain_or_new(given: object) -> str:
    """The id that a request or a job came with, if it is a plain one; else a new one."""
    return given if isinstance(given, str) and _PLAIN.fullmatch(given) else uuid4().hex


def current() -> str:
    """The id of the request that is worked on here; empty where there is none."""
    return _current.get()


@contextmanager
def working_on(request_id: str) -> Iterator[None]:
    """Whatever is logged, traced and asked of the workers meanwhile is for that request."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
