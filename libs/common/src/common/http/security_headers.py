"""Security headers of every response of both HTTP services.

Names are in lower case, as ASGI wants them. The content policy beside them depends on what is sent.
"""

from typing import Final

Headers = tuple[tuple[bytes, bytes], ...]

DATA_POLICY: Final = (
    b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The content policy of what is no page."""

_ALWAYS: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_STRICT_TRANSPORT: Final = b"max-age=31536000"


def security_headers(
    *, https: bool, subdomains: bool = False, policy: bytes | None = None
) -> Headers:
    """The headers; over https also HSTS, with a content ``policy`` also that.

    ``subdomains`` says whether HSTS is for all hosts below this one too.
    """
    hsts = _STRICT_TRANSPORT + (b"; includeSubDomains" if subdomains else b"")
    return (
        *(((b"content-security-policy", policy),) if policy is not None else ()),
        *_ALWAYS,
        *(((b"strict-transport-security", hsts),) if https else ()),
    )
