"""The language of a page follows what the reader asks for, as far as there is such a page."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.i18n.locales import ENGLISH, LOCALES, TAGS
from common.i18n.negotiation import choose_locale
from report_viewer.http import variant

CONF = (Path(__file__).parents[4] / "gateway/nginx.conf").read_text(encoding="utf-8")
PARTS = ("de", "en", "zh", "nl", "CH", "us", "TW", "cn", "Hans", "hant", "x", "1996", " ", ";q=0.5")
CASES = [
    ("", "en"),
    ("de", "de"),
    ("de-CH-1996", "de-CH"),
    ("de-AT", "de"),
    ("DE_ch;q=0.5", "de-CH"),
    ("en-GB,en;q=0.9", "en"),
    ("en-us", "en-US"),
    ("DE_at", "de"),
    ("en-US,en;q=0.9,de;q=0.8", "en-US"),
    ("sv-SE,sv;q=0.9,fr;q=0.5,en;q=0.4", "fr"),
    ("en;q=0.1,ja;q=0.9", "ja"),
    ("fr;q=0.7, es;q=0.7", "fr"),
    ("de;q=0,en;q=0.5", "en"),
    ("de;q=0", "en"),
    ("*", "en"),
    ("*;q=0.9,he;q=0.2", "he"),
    ("iw-IL", "he"),
    ("ko-KR,ko", "en"),
    ("nl-BE", "nl"),
    ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
    ("pt-PT", "pt"),
    ("pl-PL", "pl"),
    ("zh", "zh-Hans"),
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
    ("zh_SG", "zh-Hans"),
    ("zh-Hans-HK", "zh-Hans"),
    ("zh-cmn-Hans-CN", "zh-Hans"),
    ("zh-TW,zh;q=0.9,en-US;q=0.8", "en-US"),
    ("zh-HK,zh;q=0.9,ja;q=0.5", "ja"),
    ("zh-Hant", "en"),
    ("zh-Hant-CN,fr;q=0.1", "fr"),
    ("zh-MO,zh-CN;q=0.2,en;q=0.1", "zh-Hans"),
    ("zh,zh-TW;q=0.9", "zh-Hans"),
    ("den,ena", "en"),
    ("de;q=1.5,it", "it"),
    ("de;q=abc,it;q=0.1", "it"),
    ("de ; q=0.5 , it ; q=0.6", "it"),
    (";;;,,,;q=1,it", "it"),
    ("\u00e4\u00f6,it", "it"),
]


@pytest.mark.parametrize(("header", "tag"), CASES)
def test_what_a_reader_gets(header: str, tag: str) -> None:
    assert choose_locale(header) is LOCALES[tag]


def test_english_is_the_default() -> None:
    assert TAGS[0] == "en"
    assert LOCALES["en"] is ENGLISH


def test_one_is_written_from_right_to_left_and_two_in_other_characters() -> None:
    assert [tag for tag in TAGS if LOCALES[tag].text_direction == "rtl"] == ["he"]
    assert {"ja", "zh-Hans"} <= set(TAGS)


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=2000))
def test_any_header_has_an_answer(header: str) -> None:
    assert choose_locale(header) in LOCALES.values()


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_any_bytes_have_a_form(coding: bytes, language: bytes) -> None:
    headers = {b"accept-encoding": coding, b"accept-language": language}
    assert variant.of_page(headers).language in TAGS
    assert variant.of_csv(headers).language == ""


def test_a_hostile_header_is_read_up_to_a_length() -> None:
    assert choose_locale("x," * 1_000_000 + "de") is ENGLISH
    started = time.process_time()
    choose_locale(",".join(f"x{n};q=0.{n}" for n in range(100_000)))
    assert time.process_time() - started < 1


def test_spellings_are_not_remembered_for_ever() -> None:
    for number in range(3000):
        variant.of_page({b"accept-language": b"de;q=0.%d" % number})
    assert variant._of_page.cache_info().currsize <= 1024


def chosen_by_the_gateway(header: str) -> str:
    """The language that the gateway keeps a page by; empty for what it asks the viewer."""
    rules = re.search(r"map \$http_accept_language \$language \{(.*?)\n    \}", CONF, re.DOTALL)
    assert rules is not None
    for case, rule, tag in re.findall(r'"~(\*?)(.+)"  (.+);', rules[1]):
        flags = re.IGNORECASE if case else 0
        found = re.search(rule.replace("(?<", "(?P<"), header, flags)
        if found is not None:
            return str(found[tag[1:]]) if tag.startswith("$") else str(tag)
    return "" if header else "en"


@pytest.mark.parametrize("tag", TAGS)
def test_the_gateway_keeps_pages_of_every_language(tag: str) -> None:
    for header in (tag, f"{tag},en;q=0.5", f"{tag} , fr;q=0.1"):
        chosen = chosen_by_the_gateway(header)
        assert chosen.lower() == tag.lower()
        assert choose_locale(chosen) is choose_locale(header) is LOCALES[tag]


@given(
    st.sampled_from([header for header, _ in CASES])
    | st.lists(st.lists(st.sampled_from(PARTS), max_size=4).map("-".join), max_size=3).map(",".join)
)
def test_the_gateway_chooses_what_the_viewer_would_or_asks_it(header: str) -> None:
    chosen = chosen_by_the_gateway(header)
    assert not chosen or choose_locale(chosen) is choose_locale(header)
