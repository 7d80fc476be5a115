"""Cache control: the ``Cache-Control`` headers of responses.

``no-cache`` lets a browser keep a report and makes it ask before each use, so that a revoked link
shows nothing. No cache in between may keep it at all.
"""

from typing import Final

PRIVATE: Final = (b"cache-control", b"private, no-cache")
NEVER_STORED: Final = (b"cache-control", b"no-store")
FOREVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")
