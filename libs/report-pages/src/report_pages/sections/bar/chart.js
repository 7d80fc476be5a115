// A bar chart: measures over named things, upright or sideways.
(() => {
  "use strict";

  const { axes, drawing, palette, dataPoints, sections } = globalThis.salesReport;
  const { before, drawn, narrow, points, rounded } = drawing;

  function draw({ page, chart, reading, width }) {
    const [main] = reading.measures;
    const sideways = chart.horizontal;
    const datasets = drawn(reading).flatMap((each, index) => {
      const values = points(page, each.values, each.unit);
      const own = {
        key: each.key,
        previous: false,
        label: each.label,
        data: values,
        backgroundColor: chart.diverging
          ? values.map((value) => (value < 0 ? palette.loss() : palette.gain()))
          : palette.series(index),
      };
      if (!each.previous) return [own];
      return [own, before(page, each)];
    });
    const names = axes.names(reading.ticks, { sideways, room: narrow(width) ? 14 : 28 });
    const numbers = axes.numbers(page, main.unit, { sideways });
    return {
      type: "bar",
      sideways,
      data: { labels: reading.titles, datasets: datasets.map(rounded) },
      scales: sideways ? { x: numbers, y: names } : { x: names, y: numbers },
    };
  }

  sections.bar = { draw, read: dataPoints.overThings };
})();
