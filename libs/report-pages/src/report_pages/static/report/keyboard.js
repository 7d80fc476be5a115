// Keyboard access to the points of a chart: arrow keys move through them, what the tooltip shows is said
// aloud, and Escape or leaving the chart ends it. With Shift they select points, which Enter shows
// alone; Escape without a point shows all of them again.
(() => {
  "use strict";

  const { axes, elements, rangeSelection } = globalThis.salesReport;

  // By how many points a key moves; towards the end of the reading is forwards.
  function step(key) {
    const forwards = axes.rightToLeft ? -1 : 1;
    const across = { ArrowRight: forwards, ArrowLeft: -forwards };
    const along = { ArrowDown: 1, ArrowUp: -1, PageDown: 7, PageUp: -7 };
    return { ...across, ...along }[key] ?? null;
  }

  function next(key, at, last) {
    if (key === "Home") return 0;
    if (key === "End") return last;
    const by = step(key);
    if (by === null) return null;
    return at === null ? (by > 0 ? 0 : last) : Math.min(Math.max(at + by, 0), last);
  }

  function show(chart, index) {
    const active = chart.data.datasets
      .map((_, datasetIndex) => ({ datasetIndex, index }))
      .filter(({ datasetIndex }) => chart.isDatasetVisible(datasetIndex));
    chart.setActiveElements(active);
    chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
    chart.update("none");
  }

  function clear(chart) {
    chart.setActiveElements([]);
    chart.tooltip.setActiveElements([], { x: 0, y: 0 });
    chart.update("none");
  }

  // `drawn()` is the chart as it is drawn now; `say(index)` what its point says. `range` can `take`
  // points to show them alone, and `say` which are selected; null where none can be.
  function keyboard(canvas, { drawn, say, range }) {
    let at = null;
    let anchor = null;
    const leave = () => {
      if (drawn()?.$selected) rangeSelection.select(drawn(), null);
      if (at !== null && drawn()) clear(drawn());
      at = anchor = null;
    };
    const escape = () => {
      if (at === null) range?.take();
      leave();
    };
    const move = (to, selects) => {
      anchor = selects ? (anchor ?? at ?? to) : null;
      at = to;
      show(drawn(), at);
      const selected = anchor === null ? null : rangeSelection.ordered(anchor, at);
      rangeSelection.select(drawn(), selected);
      if (selected && selected[0] < selected[1]) range.say(...selected);
      else elements.announce(say(at));
    };
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !drawn()) return;
      if (event.key === "Escape") {
        escape();
        return;
      }
      const selected = drawn().$selected;
      if (event.key === "Enter" && selected && selected[0] < selected[1]) {
        event.preventDefault();
        range.take(...selected);
        return;
      }
      const to = next(event.key, at, drawn().data.labels.length - 1);
      if (to === null) return;
      event.preventDefault();
      move(to, Boolean(range) && event.shiftKey);
    });
    canvas.addEventListener("blur", leave);
    return { forget: () => (at = anchor = null) };
  }

  globalThis.salesReport.keyboard = keyboard;
})();
