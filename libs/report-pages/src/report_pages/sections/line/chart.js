// A line chart: measures over days, one of them at a time, by day or by week.
(() => {
  "use strict";

  const { annotations, axes, drawing, palette, sections } = globalThis.salesReport;
  const { drawn, points } = drawing;

  const FEW = 15;
  const PART = [2, 3];

  // The measures that can be chosen; the others go with one of these.
  const choices = (chart, weekly) =>
    chart.series.filter((each) => !each.refines && (!weekly || each.weekly));

  function read(chart, _, { measure, weekly }) {
    const shown = chart.series.filter((each) => each === measure || each.refines === measure.key);
    if (!weekly) {
      return {
        titles: chart.labels,
        ticks: chart.ticks,
        marks: chart.marks,
        weekends: chart.weekends,
        peak: chart.texts?.[measure.key]?.dayPeak,
        previousTitles: chart.previousLabels,
        measures: shown,
      };
    }
    return {
      ...chart.weeks,
      marks: chart.weeks.titles,
      peak: chart.texts?.[measure.key]?.weekPeak,
      measures: shown
        .filter((each) => each.weekly)
        .map((each) => ({
          ...each,
          values: each.weekly,
          previous: each.weeklyPrevious,
          changes: each.weeklyChanges,
        })),
    };
  }

  // A week that is not whole is a hollow point, on dots: it is low for being short.
  function draw({ page, reading, width, canvas }) {
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
      ...(index === 0
        ? { backgroundColor: palette.soft(), fill: "origin", end: page.words.thisWindow }
        : {}),
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
    const room = annotations.room(canvas, datasets, width);
    return {
      type: "line",
      data: { labels: reading.titles, datasets },
      plugins: extras(page, reading),
      padding: { top: 14, [axes.rightToLeft ? "left" : "right"]: room },
      scales: { x: axes.names(reading.ticks, { skip: true }), y: axes.numbers(page, main.unit) },
    };
  }

  // What is drawn beside the lines.
  function extras(page, reading) {
    const { ends, selection, weekends } = annotations;
    const plugins = [weekends(reading.weekends ?? []), selection, ends];
    const [main] = reading.measures;
    const peak = annotations.peak(main, reading.parts);
    if (peak === null || !reading.peak) return plugins;
    const value = annotations.brief(page, main.values[peak], main.unit);
    const said = [reading.peak, reading.marks[peak], value];
    return [...plugins, annotations.mark(peak, said, main.reduction)];
  }

  sections.line = { choices, draw, read, zooms: true };
})();
