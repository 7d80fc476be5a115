"""Preview images: PNGs that chats take, at URLs that name their content."""

import io
import re

import pytest
from PIL import Image
from scripts.preview_images import draw, titles

from common.reports import registry
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.preview_images import (
    NEUTRAL,
    PREVIEW_IMAGES,
    PreviewImage,
    PreviewImages,
    image_of,
)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_every_image_is_of_a_report_that_can_be_shared() -> None:
    assert NEUTRAL in PREVIEW_IMAGES
    assert set(PREVIEW_IMAGES) <= {NEUTRAL, *(each.slug for each in registry.implemented())}
    assert len({each.path for each in PREVIEW_IMAGES.values()}) == len(PREVIEW_IMAGES)


@pytest.mark.parametrize("image", PREVIEW_IMAGES.values(), ids=lambda each: each.name)
def test_an_image(image: PreviewImage) -> None:
    shipped = opened(image.body)
    assert shipped.format == "PNG"
    assert shipped.size == (1200, 630)
    assert len(image.body) < 100_000
    assert shipped.info.keys() <= {"transparency"}, "nothing is written into it but what is seen"
    colours = shipped.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 20, "something is drawn"
    drawn = opened(draw(image.name, titles()[image.name]))
    assert drawn.convert("RGB").tobytes() == shipped.convert("RGB").tobytes(), (
        "run scripts/preview_images.py"
    )
    assert re.fullmatch(rf"/static/preview-{image.name}\.[0-9a-f]{{12}}\.png", image.path)


def test_a_title_of_any_length_stays_inside() -> None:
    image = opened(draw("revenue-overview", "A very long title of a report " * 3))
    margin = image.convert("RGB").crop((1130, 130, 1200, 250))
    brightest = max(sum(pixel) for _, pixel in margin.getcolors(1 << 20) or [])  # type: ignore[arg-type]
    assert brightest < 3 * 128, "no letter reaches the edge"


def test_a_report_without_an_image_has_the_neutral_one() -> None:
    assert image_of("revenue-overview").name == "revenue-overview"
    assert image_of("a-new-report").name == NEUTRAL


def test_an_image_is_served_at_its_url_alone() -> None:
    served = PreviewImages(SecurityHeaders(https=True))
    for each in PREVIEW_IMAGES.values():
        response = served.respond(each.path)
        assert response is not None
        assert response.body == each.body
    assert served.respond("/static/preview-x.000000000000.png") is None
    assert served.respond("/static/../etc/passwd") is None
