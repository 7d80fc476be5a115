// The days of a chart whose page leaves them out: the rows of the CSV, without what is not known.
(() => {
  "use strict";

  const { csvRows } = globalThis.salesReport;

  const without = (values, absent) => {
    const left = [...values];
    for (const place of absent) left[place] = null;
    return left;
  };

  // The change of a ratio, which was rounded, is a column of its own; what that does not say, the page does.
  function changes(rows, { key, unit, told, values, previous }) {
    const [name, kind] = unit === "percent"
      ? [`${key.replace(/_percent$/, "")}_change_points`, "points"]
      : [`${key}_change_percent`, "percent"];
    const known = (place) => values[place] !== null && previous[place] !== null;
    const found = rows.numbers(name)
      .map((value, place) => (value !== null && known(place) ? { kind, value } : null));
    for (const [place, change] of told) found[place] = change;
    return found;
  }

  async function chartDays(chart) {
    const rows = await csvRows.load(1);
    if (rows.count !== chart.labels.length) throw new Error("rows: other days");
    for (const series of chart.series.filter((each) => each.absent)) {
      const [now, before] = series.absent;
      series.values = without(rows.numbers(series.key), now);
      series.previous = without(rows.numbers(`previous_${series.key}`), before);
      if (series.told) series.changes = without(changes(rows, series), before);
    }
    chart.abridged = false;
  }

  globalThis.salesReport.chartDays = chartDays;
})();
