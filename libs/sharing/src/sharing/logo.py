"""Logos: a picture that was sent, decoded and drawn anew as a small PNG.

What a decoder reads is a stranger's: three formats alone, so many bytes and pixels, and nothing of
the file is kept but what it looks like. A page carries its logo, so it is made to fit.
"""

import io
import threading
import warnings
from http import HTTPStatus
from typing import Final, NamedTuple

from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

from common.db.brands import MOST_LOGO_BYTES
from common.http.problem import Problem
from common.links.brand import Ground

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MOST_BYTES: Final = 1024 * 1024
MOST_SIDE: Final = 5000
MOST_PIXELS: Final = 8_000_000
"""Of the picture that is sent: some 32 MB while it is decoded."""
WIDTH: Final = 320
HEIGHT: Final = 64
"""Of the logo at most: shown at half of it, sharp on screens of two pixels to one."""
_SMALLER: Final = ((1.0, 0), (1.0, 256), (1.0, 64), (0.75, 64), (0.5, 64), (0.5, 16))
"""How much of the size, in how many colours (0: all): the first that fits is taken."""
_TOO_MANY: Final = "The picture has too many pixels: at most 5000 a side and 8 million in all."
_CLEAR: Final = 250
"""An alpha below this, of 255, lets the ground show."""
_PALE: Final = 150
"""From this lightness on, of 255, a picture is seen on dark ground alone."""
_DECODING: Final = threading.Semaphore(2)
"""Pictures that are decoded at once, in a process."""


class LogoError(Problem):
    """It is no picture that can be a logo."""

    status = HTTPStatus.BAD_REQUEST
    type = "invalid-logo"
    title = "Not a logo"


class DrawnLogo(NamedTuple):
    """A logo as it is shown: a PNG, its size in pixels, and what it has to stand on."""

    png: bytes
    width: int
    height: int
    ground: Ground


def draw(sent: bytes) -> DrawnLogo:
    """The logo that a picture makes: PNG, JPEG or WebP, the first frame of one that moves.

    Raises:
        LogoError: it is none of these, cannot be read, or is too large.
    """
    if len(sent) > MOST_BYTES:
        raise LogoError("The picture is too large: 1 MB at most.")
    with _DECODING:
        picture = _decoded(sent)
        small = _cropped(picture)
    small.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    png = _fitting(small)
    with Image.open(io.BytesIO(png), formats=("PNG",)) as drawn:
        width, height = drawn.size
    return DrawnLogo(png, width, height, _ground(small))


def _decoded(sent: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(sent), formats=FORMATS) as picture:
                width, height = picture.size
                if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
                    raise LogoError(_TOO_MANY)
                picture.draft("RGB", (2 * WIDTH, 2 * HEIGHT))  # a JPEG is decoded smaller
                return ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError:
        raise LogoError("Send a picture as PNG, JPEG or WebP.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise LogoError(_TOO_MANY) from None
    except (OSError, ValueError, SyntaxError, ArithmeticError, EOFError, IndexError, KeyError):
        raise LogoError("The picture is broken.") from None  # as the decoders say so


def _cropped(picture: Image.Image) -> Image.Image:
    """The picture without an edge that is wholly clear.

    Raises:
        LogoError: nothing of it can be seen.
    """
    seen = picture.getchannel("A").getbbox()
    if seen is None:
        raise LogoError("Nothing can be seen in the picture: it is fully transparent.")
    return picture.crop(seen)


def _fitting(picture: Image.Image) -> bytes:
    for share, colours in _SMALLER:
        size = (max(1, int(picture.width * share)), max(1, int(picture.height * share)))
        drawn = picture if size == picture.size else picture.resize(size)
        if colours:
            drawn = drawn.quantize(colours, method=Image.Quantize.FASTOCTREE)
        buffer = io.BytesIO()
        drawn.save(buffer, format="PNG", optimize=True)
        if buffer.tell() <= MOST_LOGO_BYTES:
            break
    else:  # pragma: no cover - 160 × 32 pixels in 16 colours are 2.5 KiB
        raise LogoError("The picture is too rich for a logo.")
    return buffer.getvalue()


def _ground(picture: Image.Image) -> Ground:
    alpha = picture.getchannel("A")
    least, _ = alpha.getextrema()
    if int(least) >= _CLEAR:  # type: ignore[arg-type] # of one band it is a number
        return Ground.ANY
    lightness = picture.convert("RGB").convert("L")
    mean = ImageStat.Stat(lightness, alpha).mean[0]
    return Ground.DARK if mean >= _PALE else Ground.LIGHT
