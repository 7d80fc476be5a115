"""A page is in the reader's language, and no copy of it reaches a reader of another."""

import asyncio
import re

import pytest
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support.samples import Sample

from common.i18n.locales import LOCALES, TAGS

pytestmark = pytest.mark.anyio

HOT = {"REPORT_VIEWER_LOCAL_SECONDS": 0.8}


@pytest.mark.parametrize("settings", [{}, HOT])
async def test_each_reader_gets_their_language(
    run: Run, sample: Sample, settings: dict[str, object]
) -> None:
    async with run(**settings) as client:
        tags = {}
        for _ in range(2):
            for language in (*TAGS, "xx"):
                headers = BROWSER | {"accept-language": f"{language}-ZZ,en;q=0.1"}
                page = await client.get(sample.path, headers=headers)
                expected = language if language in TAGS else "en"
                direction = LOCALES[expected].text_direction
                assert page.headers["content-language"] == expected
                assert f'<html lang="{expected}" dir="{direction}"' in page.text
                tags[expected] = page.headers["etag"]
                known = headers | {"if-none-match": page.headers["etag"]}
                assert (await client.get(sample.path, headers=known)).status_code == 304
    assert len(set(tags.values())) == len(TAGS)


async def test_a_tag_of_another_language_is_no_304(run: Run, sample: Sample) -> None:
    async with run(**HOT) as client:
        german = await client.get(sample.path, headers={"accept-language": "de"})
        asked = {"accept-language": "ja", "if-none-match": german.headers["etag"]}
        japanese = await client.get(sample.path, headers=asked)
    assert japanese.status_code == 200
    assert japanese.headers["content-language"] == "ja"


async def test_a_csv_is_in_nobodys_language(run: Run, sample: Sample) -> None:
    async with run(**HOT) as client:
        answers = [
            await client.get(f"{sample.path}/csv", headers={"accept-language": each})
            for each in ("", "de", "ja", "he;q=0.5")
        ]
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["etag"] for each in answers}) == 1
    for each in answers:
        assert "content-language" not in each.headers
        assert "accept-language" not in each.headers["vary"].lower()


async def test_a_refusal_is_in_the_readers_language(run: Run) -> None:
    async with run() as client:
        headers = BROWSER | {"accept-language": "he"}
        page = await client.get("/api/reports/x", headers=headers)
        program = await client.get("/api/reports/x", headers={"accept-language": "he"})
    assert page.status_code == program.status_code == 403
    assert page.headers["content-language"] == "he"
    assert re.search(r'<html lang="he" dir="rtl"', page.text)
    assert "content-language" not in program.headers
    assert program.json()["title"] == "This link does not open a report"


@pytest.mark.parametrize(
    "header",
    ["x" * 20_000, "de;q=" * 3000, ",".join(f"de-{n}" for n in range(3000)), "\xff\xfe", ";;,,;"],
)
async def test_hostile_headers_have_a_page(run: Run, sample: Sample, header: str) -> None:
    async with run(**HOT) as client:
        raw = {b"accept-language": header.encode("latin-1")}
        for _ in range(2):
            page = await client.get(sample.path, headers=raw)
            assert page.status_code == 200
            assert page.headers["content-language"] in TAGS


async def test_languages_at_once_do_not_mix(run: Run, sample: Sample) -> None:
    async with run(**HOT) as client:
        asked = [TAGS[n % len(TAGS)] for n in range(70)]
        pages = await asyncio.gather(
            *(client.get(sample.path, headers={"accept-language": each}) for each in asked)
        )
    assert [each.headers["content-language"] for each in pages] == asked
