// What the kinds of charts share of being drawn. A kind's own script registers it in `sections` with
// `read(chart, words, chosen)`, what it says at each point, and `draw(about)`, from such a reading to
// what Chart.js wants to know. A dataset says by `key` and `previous` what it shows, so that the
// legend and the tooltip can find it. A kind may have `choices(chart, weekly)`, the measures of
// which one is shown at a time, and may be `unsorted`, where the order of its table has a meaning.
(() => {
  "use strict";

  const { palette } = globalThis.salesReport;

  const NARROW = 480;

  const points = (page, values, unit) => values.map((value) => page.figures.position(value, unit));
  const drawn = (reading) => reading.measures.filter((each) => each.drawn);
  const narrow = (width) => width < NARROW;

  const ROUNDED = { borderRadius: 3, categoryPercentage: 0.74, barPercentage: 0.94 };
  const rounded = (set) => ({ ...ROUNDED, ...set });

  const before = (page, measure) => ({
    key: measure.key,
    previous: true,
    label: page.words.previousWindow,
    data: points(page, measure.previous, measure.unit),
    backgroundColor: palette.previousSoft(),
  });

  globalThis.salesReport.drawing = { before, drawn, narrow, points, rounded };
  globalThis.salesReport.sections = {};
})();
