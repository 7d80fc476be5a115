"""The brand in the console: set by forms, seen in both themes before a link is sent."""

from typing import Any

import httpx
from tests.integration.share_api.conftest import Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said
from tests.integration.share_api.test_brand import picture

PAGE = "/admin/settings/brand"


def send_logo(tab: Tab, sent: bytes, *, name: str = "logo", csrf: str = "") -> httpx.Response:
    parts: list[tuple[str, Any]] = [
        ("csrf", (None, csrf or tab.csrf)),
        (name, ("logo.png", sent, "image/png")),
    ]
    return tab.client.post(f"{PAGE}/logo", files=parts)


def test_it_is_set_seen_and_taken_away(tab: Tab) -> None:
    assert "Remove the logo" not in said(tab.open(PAGE))
    done = tab.send(PAGE, name="Fjordhaus", accent="#FFCC00", footer="Since 1899")
    assert done.status_code == 303
    assert send_logo(tab, picture()).status_code == 303
    page = tab.open(f"{PAGE}?done=1")
    assert "All links will show it within a second." in said(page)
    assert 'value="Fjordhaus"' in page.text
    for theme in ("light", "dark"):
        sample = tab.open(f"{PAGE}/{theme}")
        assert f'data-theme="{theme}"' in sample.text
        assert "Since 1899" in said(sample)
        assert "data:image/png;base64," in sample.text
        assert "'sha256-" in sample.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in sample.headers["content-security-policy"]
    assert tab.open(f"{PAGE}/blue").status_code in {400, 404, 422}
    tab.open(PAGE)
    assert tab.send(f"{PAGE}/no-logo").status_code == 303
    assert tab.send(PAGE, name="", accent="", footer="").status_code == 303
    assert "data:image" not in tab.open(f"{PAGE}/light").text


def test_what_is_wrong_is_said_and_nothing_changes(tab: Tab) -> None:
    tab.open(PAGE)
    wrong = tab.send(PAGE, name="Fjordhaus", accent="yellow", footer="")
    assert wrong.status_code == 400
    assert "Write a colour as #rrggbb" in said(wrong)
    assert 'value="Fjordhaus"' in wrong.text, "what was written stays in the form"
    for sent, status, detail in (
        (b"<svg/>", 400, "Send a picture as PNG, JPEG or WebP."),
        (b"", 400, "Choose a picture first."),
        (b"x" * (1024 * 1024 + 1), 413, "The picture is too large: 1 MB at most."),
    ):
        refused = send_logo(tab, sent)
        assert (refused.status_code, detail in said(refused)) == (status, True)
    assert send_logo(tab, picture(), name="orders").status_code == 400
    assert send_logo(tab, picture(), csrf="0" * 64).status_code == 403
    assert "data:image" not in tab.open(f"{PAGE}/light").text


def test_who_may_not_change_it_sees_it(service: Service, world: World) -> None:
    world.join("carl", world.berlin, "viewer")
    with a_tab(service) as tab:
        tab.log_in("carl")
        page = tab.open(PAGE)
        assert "An owner of the shop can change it." in said(page)
        assert tab.send(PAGE, name="x").status_code == 403
