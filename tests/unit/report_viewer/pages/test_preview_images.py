"""Pictures of previews: what chats take, the same for every shop, at addresses that never lie."""

import asyncio
import io
import re

import pytest
from PIL import Image

from common.reports import registry
from report_viewer.http.response import SecurityHeaders
from report_viewer.pages import drawing, preview_images
from report_viewer.pages.preview_images import NEUTRAL, PICTURES, PreviewImage, PreviewImages


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_every_report_that_can_be_shared_has_a_picture() -> None:
    assert set(PICTURES) == {NEUTRAL, *(each.slug for each in registry.implemented())}
    assert len({each.path for each in PICTURES.values()}) == len(PICTURES)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=lambda each: each.name)
def test_a_picture(picture: PreviewImage) -> None:
    data = drawing.draw(picture.name, picture.title)
    image = opened(data)
    assert image.format == "PNG"
    assert image.size == (1200, 630)
    assert len(data) < 100_000
    assert image.info.keys() <= {"transparency"}, "nothing is written into it beside what is seen"
    colours = image.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 20, "something is drawn"
    assert drawing.draw(picture.name, picture.title) == data
    assert re.fullmatch(rf"/static/preview-{picture.name}\.[0-9a-f]{{12}}\.png", picture.path)


def test_a_title_of_any_length_stays_inside() -> None:
    image = opened(drawing.draw("revenue-overview", "A very long title of a report " * 3))
    margin = image.convert("RGB").crop((1130, 130, 1200, 250))
    brightest = max(sum(pixel) for _, pixel in margin.getcolors(1 << 20) or [])  # type: ignore[arg-type]
    assert brightest < 3 * 128, "no letter reaches the edge"


def test_an_address_changes_with_what_is_drawn() -> None:
    one, other = (preview_images._picture("revenue-overview", each) for each in ("One", "Other"))
    assert one.path != other.path


def test_a_picture_is_drawn_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(drawing, "draw", lambda name, _: drawn.append(name) or b"png")  # type: ignore[func-returns-value]
    path = PICTURES[NEUTRAL].path

    async def ask() -> set[bytes]:
        served = PreviewImages(SecurityHeaders(https=True))
        answers = [
            *await asyncio.gather(*(served.respond(path) for _ in range(10))),
            await served.respond(path),
        ]
        assert await served.respond("/static/preview-x.000000000000.png") is None
        assert await served.respond("/static/../etc/passwd") is None
        return {each.body for each in answers if each is not None}

    assert asyncio.run(ask()) == {b"png"}
    assert drawn == [NEUTRAL]
