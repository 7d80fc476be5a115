"""A kind of section is a folder: a new one is shown without a change to any other file."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from markupsafe import escape
from tests.support.samples import HOSTILE, document

from common.reports.document.schema import Section
from report_pages import sections
from report_pages.sections.registry import KINDS, SectionKinds, discover
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.pages.assets import Assets
from report_viewer.pages.renderer import PageRenderer

VIEW = '''
"""Gauge: one metric against its target."""
from typing import Any, Final
import msgspec
from report_pages.sections.protocol import SectionView

class Needle(msgspec.Struct, frozen=True):
    key: str
    label: str
    definition: str

class Gauge(msgspec.Struct, frozen=True, tag="gauge"):
    key: str
    title: str
    description: str
    value: int
    needle: Needle

class GaugeView(SectionView[Gauge]):
    section = Gauge
    def metrics(self, section: Gauge) -> list[Needle]:
        return [section.needle]
    def summary(self, section: Gauge, figures: Any) -> str:
        return f"It stands at {section.value}."
    def chart_data(self, section: Gauge, figures: Any) -> dict[str, Any]:
        return {"value": section.value}

VIEW: Final = GaugeView()
'''
TEMPLATE = """{% from "section_parts.html" import chart with context %}
{% call chart(section) %}
<p class="gauge">{{ section.value }}</p>
{% endcall %}
"""
SCRIPT = "globalThis.salesReport.sections.gauge = { read: () => null, draw: () => null };"
STYLE = '[data-kind="gauge"] .plot { height: 7rem; }'


@dataclass(frozen=True)
class Extended:
    """The kinds with one more, and the module that it brought."""

    kinds: SectionKinds
    view: ModuleType


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Extended]:
    """A folder outside the tree, found beside the others."""
    folder = tmp_path / "gauge"
    folder.mkdir()
    files = {"__init__.py": "", "view.py": VIEW, "section.html": TEMPLATE}
    for name, text in (files | {"chart.js": SCRIPT, "section.css": STYLE}).items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sections, "__path__", [*sections.__path__, str(tmp_path)])
    yield Extended(discover(), import_module("report_pages.sections.gauge.view"))
    for name in [each for each in sys.modules if ".sections.gauge" in each]:
        del sys.modules[name]
    vars(sections).pop("gauge", None)


def test_a_new_kind_is_one_folder(extended: Extended) -> None:
    made = document("revenue-overview")
    needle = extended.view.Needle("target", "Target", "What was hoped for.")
    gauge = extended.view.Gauge("gauge", HOSTILE, "How far it is.", 42, needle)
    made = msgspec.structs.replace(made, sections=(*made.sections, gauge))
    assets = Assets(SecurityHeaders(https=False), extended.kinds)
    pages = PageRenderer(assets, kinds=extended.kinds)
    html = pages.report(made, token="T", expires_at=datetime(2026, 5, 8, tzinfo=UTC)).decode()
    assert 'data-kind="gauge"' in html
    assert '<p class="gauge">42</p>' in html
    assert "It stands at 42." in html
    assert "What was hoped for." in html
    assert f'<h2 id="gauge-title">{escape(HOSTILE)}</h2>' in html
    island = json.loads(html.partition('id="report-data">')[2].partition("</script>")[0])
    assert island["charts"][-1] == {"key": "gauge", "title": HOSTILE, "kind": "gauge", "value": 42}
    for name, text in (("report.js", SCRIPT), ("report.css", STYLE)):
        served = assets.respond(assets[name].url, accept_encoding="")
        assert served is not None
        assert text.encode() in served.body


def test_a_folder_is_named_by_its_tag(extended: Extended, tmp_path: Path) -> None:
    (tmp_path / "gauge").rename(tmp_path / "dial")
    with pytest.raises(ValueError, match="dial"):
        discover()


def test_every_section_of_a_document_has_its_kind() -> None:
    tags = {str(each.__struct_config__.tag) for each in _classes(Section)}
    assert tags == set(KINDS.by_tag)


def _classes(union: Any) -> Iterator[type[msgspec.Struct]]:
    yield from union.__args__


def test_a_section_of_no_kind_is_refused() -> None:
    class Unknown(msgspec.Struct, tag="unknown"):
        key: str

    with pytest.raises(KeyError):
        KINDS.of(Unknown("key"))


@pytest.mark.parametrize("tag", KINDS.by_tag)
def test_only_its_folder_knows_a_kind_by_name(tag: str) -> None:
    """In code and templates; the style sheets may still give a kind its size."""
    pages = Path(str(sections.__file__)).parents[1]
    own = KINDS.by_tag[tag].folder
    known = [
        path
        for path in (*pages.rglob("*.py"), *pages.rglob("*.html"), *pages.rglob("*.js"))
        if own not in path.parents
        and "vendor" not in path.parts
        and any(said in path.read_text(encoding="utf-8") for said in _names(tag))
    ]
    assert known == []


def _names(tag: str) -> tuple[str, ...]:
    """How code tells a kind from the others."""
    compared = (f'kind == "{tag}"', f'kind === "{tag}"', f"sections.{tag} =", f"sections/{tag}/")
    return (*compared, f"case {KINDS.by_tag[tag].view.section.__name__}(")
