"""Templates by the console: saved from the form of a link, chosen for another, deleted."""

import html
import re

import httpx
from tests.integration.share_api.console.conftest import Tab, said
from tests.integration.share_api.console.test_links import CHOICE

TEMPLATES = "/admin/links/templates"
API = "/api/admin/analytics/templates"


def test_a_template_is_saved_chosen_replaced_and_deleted(tab: Tab, ben: httpx.Client) -> None:
    tab.open("/admin/links/new")
    choice = {
        **CHOICE, "also": ["sales-velocity"], "kind": "live", "range": ["month", "custom"],
        "compare": "last-year", "hide": ["money", "sales-velocity.weekdays"], "life": "7200",
        "label": "Bank", "password": "correct horse battery",
    }  # fmt: skip
    assert "No templates yet" in said(tab.open(TEMPLATES))
    saved = tab.send(TEMPLATES, template=" Monthly ", **choice)
    assert saved.headers["location"] == f"{TEMPLATES}?done=saved"
    (template,) = ben.get(API).json()["items"]
    assert (template["name"], template["share"]) == (
        "Monthly",
        {
            "report": "revenue-overview", "reports": ["revenue-overview", "sales-velocity"],
            "period": "30d", "live": True, "ranges": ["month", "custom"], "compare": "last-year",
            "hide": {"sections": ["weekdays"], "money": True}, "expiresInSeconds": 7200,
            "protected": True,
        },
    )  # fmt: skip
    page = tab.open(f"{TEMPLATES}?done=saved")
    for words in ("Monthly", "A board with Revenue overview, Sales velocity", "Rolling days",
                  "Amounts indexed", "With a password", "Template saved."):  # fmt: skip
        assert words in said(page), words
    form = tab.open("/admin/links/new").text
    chosen = re.search(r'href="(/admin/links/new\?[^"]*)"><bdi>Monthly</bdi>', form)
    assert chosen is not None
    filled = tab.open(html.unescape(chosen[1])).text
    for box in ('name="also" value="sales-velocity"', 'name="kind" value="live" required',
                'name="range" value="custom"', 'name="life" value="7200" required',
                'name="hide" value="sales-velocity.weekdays"'):  # fmt: skip
        assert f"{box} checked" in filled, box
    assert 'name="protected" value="yes"' in filled
    asked = tab.send(TEMPLATES, template="MONTHLY", **CHOICE)
    assert asked.status_code == 200
    assert "There is already a template named Monthly. Replace it?" in said(asked)
    assert 'name="replace" value="Monthly"' in asked.text
    assert ben.get(API).json()["items"] == [template]
    other = tab.send(TEMPLATES, template="MONTHLY", replace="Weekly", **CHOICE)
    assert other.status_code == 200
    replaced = tab.send(TEMPLATES, template="MONTHLY", replace="Monthly", **CHOICE)
    assert replaced.status_code == 303
    (template,) = ben.get(API).json()["items"]
    assert (template["name"], "live" in template["share"]) == ("MONTHLY", False)
    shown = {"report": "product-performance", "kind": "frozen", "changes": "yes"}
    margins = {"hide": "product-performance.with-margin"}
    again = {"template": "monthly", "replace": "MONTHLY"}
    assert tab.send(TEMPLATES, **{**CHOICE, **shown, **margins, **again}).status_code == 303
    used = re.search(
        r'href="(/admin/links/new[^"]+)"[^>]*aria-label="Use', tab.open(TEMPLATES).text
    )
    assert used is not None
    filled = tab.open(html.unescape(used[1])).text
    for box in (
        'name="changes" value="yes"',
        'name="hide" value="product-performance.with-margin"',
    ):
        assert re.search(rf"{re.escape(box)}[^>]* checked", filled), box
    for name, wrong, why in (
        ("", {}, "a name of up to 80 characters"),
        ("x\0", {}, "a name of up to 80 characters"),
        ("Site", {"embed": "intranet.example.com"}, "without a path"),
        ("Site", {"kind": "frozen", "range": "7d"}, "no others to choose"),
    ):
        refused = tab.send(TEMPLATES, template=name, **{**CHOICE, **wrong})
        assert refused.status_code in {400, 422}
        assert why in said(refused)
    asked = tab.open(TEMPLATES, params={"delete": template["id"]})
    assert "Delete this template? monthly" in said(asked)
    assert len(ben.get(API).json()["items"]) == 1
    assert tab.send(f"{TEMPLATES}/{template['id']}/delete").status_code == 303
    assert ben.get(API).json()["items"] == []
    assert tab.send(f"{TEMPLATES}/{template['id']}/delete").status_code == 404
