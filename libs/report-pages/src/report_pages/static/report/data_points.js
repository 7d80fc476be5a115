// The data points of a chart, of whatever kind it is: the tooltip, the announcement
// for those who do not see it, and what is drawn are all taken from a reading.
(() => {
  "use strict";

  const { numberFormat, fixedPoint, sections } = globalThis.salesReport;

  // The measures of which one is shown at a time; a kind without them shows all that it has.
  const choices = (chart, weekly) => sections[chart.kind].choices?.(chart, weekly) ?? [];

  // Whether a range of its points can be shown alone.
  const zooms = (chart) => Boolean(sections[chart.kind].zooms);

  // Of charts over named things, whatever their names stand for.
  const overThings = (chart) => ({
    titles: chart.labels.map(numberFormat.isolated),
    ticks: chart.ticks ?? chart.labels,
    measures: chart.series,
  });

  const read = (chart, words, chosen) => sections[chart.kind].read(chart, words, chosen);

  // The lines to be said at point `index`. `visible(key, previous)` tells what is shown of a
  // measure that is drawn; each line knows of which drawn thing it is, where it is of one.
  function lines(reading, index, { page, visible }) {
    const { figures: spelling, words } = page;
    const said = [];
    const say = ({ key, unit }, previous, label, value) =>
      said.push({ key, previous, text: `${label}: ${spelling.spell(value, unit)}` });
    const compared = reading.measures.find((each) => each.previous);
    reading.measures.forEach((each, place) => {
      const now = each.values[index];
      if (!each.drawn || visible(each.key, false)) say(each, false, each.label, now);
      if (!each.previous || !visible(each.key, true)) return;
      const before = each.previous[index];
      const when = reading.previousTitles?.[index];
      const window = when ? `${words.previousWindow} (${when})` : words.previousWindow;
      say(each, true, place === 0 ? window : `${each.label}, ${window}`, before);
      const change = each.changes ? each.changes[index] : fixedPoint.change(now, before, each);
      if (each === compared && change) {
        const signed = fixedPoint.signed(change, each.reduction);
        said.push({ text: `${words.change}: ${spelling.change(signed, each.unit, words)}` });
      }
    });
    return said;
  }

  globalThis.salesReport.dataPoints = { choices, lines, overThings, read, zooms };
})();
