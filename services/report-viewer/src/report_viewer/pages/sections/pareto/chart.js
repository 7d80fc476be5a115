// A Pareto chart: bars with their classes, and the share that they reach together.
(() => {
  "use strict";

  const { axes, drawing, palette, dataPoints, sections } = globalThis.salesReport;
  const { before, narrow, points, rounded } = drawing;

  // Behind the bars, which of them are in which class.
  const bands = (classes) => ({
    id: "bands",
    beforeDatasetsDraw({ ctx, chartArea: { top, bottom }, scales: { x } }) {
      const half = Math.abs(x.getPixelForValue(1) - x.getPixelForValue(0)) / 2 || x.width / 2;
      ctx.save();
      ctx.font = `600 13px ${palette.font()}`;
      ctx.textAlign = "center";
      for (const name of new Set(classes)) {
        const places = [classes.indexOf(name), classes.lastIndexOf(name)];
        const ends = places.map((place) => x.getPixelForValue(place));
        const [left, right] = [Math.min(...ends) - half, Math.max(...ends) + half];
        ctx.fillStyle = palette.band(name);
        ctx.fillRect(left, top, right - left, bottom - top);
        ctx.fillStyle = palette.colour("--muted");
        ctx.fillText(name, (left + right) / 2, top + 16);
      }
      ctx.restore();
    },
  });

  // Bars with their classes, and the share that they reach together as a line over them.
  function draw({ page, chart, reading, width }) {
    const [sales, share] = reading.measures;
    const datasets = [
      {
        key: sales.key,
        previous: false,
        label: sales.label,
        data: points(page, sales.values, sales.unit),
        backgroundColor: palette.series(0),
        order: 1,
      },
      { ...before(page, sales), order: 2 },
      {
        key: share.key,
        previous: false,
        type: "line",
        yAxisID: "share",
        label: share.label,
        data: points(page, share.values, share.unit),
        borderColor: palette.series(1),
        backgroundColor: palette.series(1),
        borderWidth: 2,
        pointRadius: 2.5,
        pointHoverRadius: 5,
        order: 0,
      },
    ];
    // Where there is no room for names, places in the ranking do.
    const ranked = narrow(width);
    const ticks = ranked ? reading.ticks.map((_, index) => String(index + 1)) : reading.ticks;
    return {
      type: "bar",
      data: { labels: reading.titles, datasets: datasets.map(rounded) },
      plugins: [bands(chart.classes)],
      scales: {
        x: axes.names(ticks, { room: 18, skip: ranked }),
        y: axes.numbers(page, sales.unit),
        share: axes.share(page),
      },
    };
  }

  sections.pareto = { draw, read: dataPoints.overThings };
})();
