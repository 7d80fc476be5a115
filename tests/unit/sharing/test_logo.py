"""Logos: what was sent is drawn anew, small, or refused with what is wrong."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from common.db.brands import MOST_LOGO_BYTES
from common.links.brand import Ground
from sharing.logo import HEIGHT, MOST_BYTES, WIDTH, LogoError, draw


def _sent(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _disc(colour: str, size: tuple[int, int] = (600, 200)) -> Image.Image:
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).ellipse((50, 50, size[0] - 50, size[1] - 50), fill=colour)
    return image


def _header(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and is not."""
    data = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    checked = b"IHDR" + data
    head = struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
    return b"\x89PNG\r\n\x1a\n" + head + _sent(Image.new("RGBA", (1, 1)))[33:]


def rich_picture() -> bytes:
    """A photograph without a place that is like another."""
    return _sent(Image.effect_noise((2000, 400), 120).convert("RGB"), "JPEG")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_small_png(form: str) -> None:
    drawn = draw(_sent(Image.new("RGB", (1000, 300), "#1f55c4"), form))
    with Image.open(io.BytesIO(drawn.png)) as made:
        assert made.format == "PNG"
        assert made.size == (drawn.width, drawn.height)
        assert not made.info.keys() & {"exif", "icc_profile", "comment"}
    assert drawn.width <= WIDTH
    assert drawn.height <= HEIGHT
    assert len(drawn.png) <= MOST_LOGO_BYTES
    assert drawn.ground is Ground.ANY


def test_a_rich_picture_is_made_to_fit() -> None:
    drawn = draw(rich_picture())
    assert len(drawn.png) <= MOST_LOGO_BYTES
    assert drawn.width > drawn.height > 10


def test_the_clear_edge_goes_and_the_ground_follows() -> None:
    dark, pale = draw(_sent(_disc("#101010"))), draw(_sent(_disc("#fefefe")))
    assert (dark.ground, pale.ground) == (Ground.LIGHT, Ground.DARK)
    assert dark.width / dark.height == pytest.approx(5, abs=0.1)


def test_it_stands_as_the_camera_held_it() -> None:
    lying = Image.new("RGB", (60, 30), "white")
    turned = lying.getexif()
    turned[0x0112] = 6
    drawn = draw(_sent(lying, "JPEG", exif=turned))
    assert drawn.height > drawn.width


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GIF89a",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%PDF-1.7",
        _sent(Image.new("RGB", (10, 10)), "GIF"),
        _sent(Image.new("RGB", (10, 10)), "BMP"),
        _sent(Image.new("RGB", (300, 300), "red"))[:-40],
        _sent(Image.new("RGB", (300, 300), "red"), "JPEG")[:200],
        _sent(Image.new("RGB", (300, 300), "red"), "WEBP")[:60],
        _sent(Image.new("RGBA", (30, 30))),
        _header(30_000, 30_000),
        _header(5000, 5000),
        _header(0, 5),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 500,
        b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 40,
        b"x" * (MOST_BYTES + 1),
    ],
    ids=lambda sent: f"{sent[:12]!r}-{len(sent)}",
)
def test_what_is_no_logo_is_refused(sent: bytes) -> None:
    with pytest.raises(LogoError) as refused:
        draw(sent)
    assert str(refused.value)
