// A waterfall chart: how one sum becomes another. Its table stays in the order of its steps.
(() => {
  "use strict";

  const { axes, drawing, palette, sections } = globalThis.salesReport;
  const { narrow, rounded } = drawing;

  const read = (chart, words) => ({
    titles: chart.steps.map((step) => step.label),
    ticks: chart.steps.map((step) => step.label),
    measures: [
      {
        key: "steps",
        label: words.thisWindow,
        unit: "money",
        drawn: true,
        values: chart.steps.map((step) => step.value),
        previous: chart.steps.map((step) => step.previous),
        changes: chart.steps.map((step) => step.change),
      },
    ],
  });

  // Each step hangs from where the one before it ended; levels stand on the axis.
  function draw({ page, chart, width }) {
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

  sections.waterfall = { draw, read, unsorted: true };
})();
