"""The ``Host`` header of a request: there is one, and it can be one (RFC 9112, section 3.2).

Nothing is decided by it here: a request that proxies may read in two ways is refused.
"""

import re
from collections.abc import Iterable
from typing import Final

_HOST: Final = re.compile(
    rb"(?:\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,255})(?::[0-9]{0,5})?"
)


def names_one_host(headers: Iterable[tuple[bytes, bytes]], *, version: str) -> bool:
    """Whether a request's headers, with names in lower case, name one host.

    ``version`` is that of HTTP: before 1.1 there need be none.
    """
    host = None
    for name, value in headers:
        if name == b"host":
            if host is not None:
                return False
            host = value
    if host is None:
        return version < "1.1"
    return _HOST.fullmatch(host) is not None
