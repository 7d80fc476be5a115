// How each kind of chart is drawn: from a reading to what Chart.js wants to know. A dataset says
// by `key` and `previous` what it shows, so that the legend and the tooltip can find it.
(() => {
  "use strict";

  const { axes, palette } = globalThis.salesReport;

  const NARROW = 480;
  const FEW = 15;
  const PART = [2, 3];

  const points = (page, values, unit) => values.map((value) => page.figures.position(value, unit));
  const drawn = (reading) => reading.measures.filter((each) => each.drawn);
  const narrow = (width) => width < NARROW;

  // A week that is not whole is a hollow point, on dots: it is low for being short.
  function line({ page, reading }) {
    const [main] = reading.measures;
    const many = reading.titles.length >= FEW;
    const isPart = (index) => Boolean(reading.parts?.[index]);
    const style = (each, colour, extra) => ({
      key: each.key,
      label: each.label,
      borderColor: colour,
      backgroundColor: "transparent",
      pointBackgroundColor: reading.titles.map((_, index) =>
        isPart(index) ? palette.colour("--surface") : colour),
      segment: {
        borderDash: ({ p0DataIndex, p1DataIndex }) =>
          isPart(p0DataIndex) || isPart(p1DataIndex) ? PART : undefined,
      },
      borderWidth: 2.25,
      pointRadius: many ? 0 : 3,
      pointHoverRadius: 5,
      tension: 0,
      ...extra,
    });
    const datasets = drawn(reading).map((each, index) => ({
      ...style(each, palette.series(index), { previous: false }),
      ...(index === 0 ? { backgroundColor: palette.soft(), fill: "origin" } : {}),
      data: points(page, each.values, each.unit),
    }));
    if (main.previous) {
      const extra = { previous: true, borderDash: [5, 4], borderWidth: 1.5, pointRadius: 0 };
      datasets.push({
        ...style(main, palette.previous(), extra),
        label: page.words.previousWindow,
        data: points(page, main.previous, main.unit),
      });
    }
    return {
      type: "line",
      data: { labels: reading.titles, datasets },
      scales: { x: axes.names(reading.ticks, { skip: true }), y: axes.numbers(page, main.unit) },
    };
  }

  function bars({ page, chart, reading, width }) {
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

  const ROUNDED = { borderRadius: 3, categoryPercentage: 0.74, barPercentage: 0.94 };
  const rounded = (set) => ({ ...ROUNDED, ...set });

  const before = (page, measure) => ({
    key: measure.key,
    previous: true,
    label: page.words.previousWindow,
    data: points(page, measure.previous, measure.unit),
    backgroundColor: palette.previousSoft(),
  });

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
  function pareto({ page, chart, reading, width }) {
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

  // Each step hangs from where the one before it ended; levels stand on the axis.
  function waterfall({ page, chart, width }) {
    let running = 0;
    const spans = chart.steps.map((step) => {
      const value = page.figures.position(step.value, step.unit);
      if (step.movement === "level") {
        running = value;
        return [0, value];
      }
      const from = running;
      running += step.movement === "add" ? value : -value;
      return [from, running];
    });
    const colours = spans.map(([from, to], index) => {
      if (chart.steps[index].movement === "level") return palette.level();
      return to < from ? palette.loss() : palette.gain();
    });
    const sideways = narrow(width);
    const labels = chart.steps.map((step) => step.label);
    const names = axes.names(labels, { sideways, wrapped: !sideways });
    const numbers = axes.numbers(page, "money", { sideways });
    const own = { key: "steps", previous: false, label: chart.title };
    const set = rounded({ ...own, data: spans, backgroundColor: colours });
    return {
      type: "bar",
      sideways,
      data: {
        labels,
        datasets: [{ ...set, borderSkipped: false, minBarLength: 2 }],
      },
      scales: sideways ? { x: numbers, y: names } : { x: names, y: numbers },
    };
  }

  globalThis.salesReport.drawings = { bar: bars, line, pareto, waterfall };
})();
