// Range selection: days of a chart are selected by dragging across them, or by keyboard, and shown alone.
// A finger scrolls the page and shows points; it selects nothing.
(() => {
  "use strict";

  const SHORTEST_DRAG = 6;

  // The part of a reading from one point to another, both included; the whole for no range.
  function part(reading, range) {
    if (!range) return reading;
    const [from, to] = range;
    const cut = (list) => list?.slice(from, to + 1);
    const of = (measure) => ({
      ...measure,
      values: cut(measure.values),
      previous: cut(measure.previous),
      changes: cut(measure.changes),
    });
    return {
      ...reading,
      titles: cut(reading.titles),
      ticks: cut(reading.ticks),
      marks: cut(reading.marks),
      parts: cut(reading.parts),
      previousTitles: cut(reading.previousTitles),
      weekends: reading.weekends
        ?.filter((each) => each >= from && each <= to)
        .map((each) => each - from),
      measures: reading.measures.map(of),
    };
  }

  function select(chart, range) {
    chart.$selected = range;
    chart.draw();
  }

  const ordered = (one, other) => [Math.min(one, other), Math.max(one, other)];

  // `drawn()` is the chart as it is drawn now, `take(from, to)` shows what was selected alone.
  function dragging(canvas, { drawn, take }) {
    let start = null;
    const indexAt = (event) => {
      const { x } = drawn().scales;
      const left = canvas.getBoundingClientRect().left;
      const value = x.getValueForPixel(event.clientX - left);
      return Math.min(Math.max(value, 0), drawn().data.labels.length - 1);
    };
    const end = () => {
      start = null;
      if (drawn()?.$selected) select(drawn(), null);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch" || !drawn()) return;
      start = { index: indexAt(event), x: event.clientX };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (start === null || !drawn()) return;
      if (!drawn().$selected && Math.abs(event.clientX - start.x) < SHORTEST_DRAG) return;
      select(drawn(), ordered(start.index, indexAt(event)));
    });
    canvas.addEventListener("pointerup", () => {
      const range = drawn()?.$selected;
      end();
      if (range && range[0] < range[1]) take(...range);
    });
    canvas.addEventListener("pointercancel", end);
  }

  globalThis.salesReport.rangeSelection = { dragging, ordered, part, select };
})();
