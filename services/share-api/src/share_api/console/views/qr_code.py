"""QR codes (ISO/IEC 18004) of addresses, as SVG."""

import segno
from markupsafe import Markup

_ATTRIBUTES = {"border": 3, "dark": "#000", "light": "#fff", "omitsize": True}


def qr_svg(address: str, label: str) -> Markup:
    """The code of an address; ``label`` is what it is called for those who do not see it."""
    code = segno.make_qr(address, error="m")
    return Markup(code.svg_inline(title=label, **_ATTRIBUTES))  # noqa: S704 - made of the modules
