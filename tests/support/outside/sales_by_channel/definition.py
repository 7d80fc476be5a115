"""Sales by channel: one row a channel, by net sales."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.reports.document import metrics
from common.reports.document.headlines import Headline
from common.reports.document.metrics import Figure, Unit
from common.reports.document.schema import BarChart
from common.reports.document.tables import Table
from common.reports.model import Body, Definition, Presentation, Presented, Scope
from common.reports.presenting import measures
from common.reports.presenting.elements import column, series
from common.reports.presenting.measures import cells, columns, kpis
from common.reports.totals.totals import Totals, WindowTotals, total

CHANNEL = Figure("channel", "Channel", Unit.TEXT, "Where the order came from.")
MEASURES = (measures.NET, measures.ORDERS, measures.UNITS_SOLD)
COLUMNS = (CHANNEL, *columns(MEASURES))


@dataclass(frozen=True, slots=True)
class SalesByChannel:
    """The totals of each channel; under None those of orders that name none."""

    channels: Mapping[str | None, WindowTotals]


def present(result: SalesByChannel, _: Scope) -> Presented:
    """The whole in figures, the channels as bars and as a table."""
    ranked = sorted(
        ((name or "Unknown", now, before) for name, (now, before) in result.channels.items()),
        key=lambda channel: (-channel[1].net, channel[0]),
    )
    names = tuple(name for name, _, _ in ranked)
    now, before = total(now for _, now, _ in ranked), total(before for _, _, before in ranked)
    rows = tuple((name, *cells(MEASURES, now, before)) for name, now, before in ranked)
    net = series(
        metrics.NET,
        tuple(now.net for _, now, _ in ranked),
        tuple(before.net for _, _, before in ranked),
    )
    body = Body(
        summary="Where orders come from.",
        headline=Headline(kpi=metrics.NET.key),
        kpis=kpis(MEASURES, now, before),
        sections=(
            BarChart("chart", "Channels", "Net sales of each channel.", names, (net,)),
            Table(
                key="channels",
                title="All channels",
                description="By net sales.",
                columns=tuple(column(figure) for figure in COLUMNS),
                rows=rows,
                of=len(rows),
            ),
        ),
        empty=now == Totals(),
    )
    return Presented(body, iter(rows))


DEFINITION: Definition[SalesByChannel] = Definition(
    slug="sales-by-channel",
    title="Sales by channel",
    description="Net sales, orders and units of each channel.",
    discord="channels",
    presentation=Presentation(columns=COLUMNS, present=present),
)
