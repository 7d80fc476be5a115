// What is drawn on a line chart beside its lines: the days off behind them, their names at their end, the
// highest point with its day and value, and the days that are being selected.
(() => {
  "use strict";

  const { axes, fixedPoint, numberFormat, palette } = globalThis.salesReport;

  const ROOMY = 600;
  const LONGEST = 22;
  const APART = 14;
  const GAP = 8;
  const ABOVE = 13;

  const font = (weight) => `${weight} ${palette.textSize()}px ${palette.font()}`;

  const positive = (number) => (number < 0n ? -number : number);

  // `value / by` as a whole number, from what may have been rounded; null where it lies halfway.
  const shorter = (value, by) =>
    (2n * (positive(value) % by) === by ? null : fixedPoint.divideHalfEven(value, by));

  // A figure with the decimals that are read, and how many those are (`shown_decimals.as_shown`).
  function asShown(value, unit, exponent) {
    const [unitSize, size] = [10n ** BigInt(exponent), positive(value)];
    const all = [value, exponent];
    if (unit !== "percent") {
      const whole = size < 1000n * unitSize ? null : shorter(value, unitSize);
      return whole === null ? all : [whole, 0];
    }
    const tenths = shorter(value, unitSize / 10n);
    const whole = size < 100n * unitSize ? null : shorter(value, unitSize);
    if (whole !== null) return [whole, 0];
    const isPart = size > 0n && size < 100n * unitSize;
    const told = tenths !== null && !(isPart && (tenths === 0n || positive(tenths) >= 1000n));
    return told ? [tenths, 1] : all;
  }

  function brief(page, value, unit) {
    const [shown, decimals] = asShown(BigInt(value), unit, page.figures.exponents[unit] || 0);
    return page.figures.spell(shown, unit, decimals);
  }

  function band(chart, from, to, colour) {
    const { ctx, chartArea, scales } = chart;
    const half = Math.abs(scales.x.getPixelForValue(1) - scales.x.getPixelForValue(0)) / 2;
    const [one, other] = [scales.x.getPixelForValue(from), scales.x.getPixelForValue(to)];
    const left = Math.max(Math.min(one, other) - half, chartArea.left);
    const right = Math.min(Math.max(one, other) + half, chartArea.right);
    ctx.save();
    ctx.fillStyle = colour;
    ctx.fillRect(left, chartArea.top, right - left, chartArea.height);
    ctx.restore();
  }

  const weekends = (places) => ({
    id: "weekends",
    beforeDatasetsDraw: (chart) =>
      places.forEach((each) => band(chart, each, each, palette.colour("--weekend"))),
  });

  const selection = {
    id: "selection",
    afterDatasetsDraw(chart) {
      if (chart.$selected) band(chart, ...chart.$selected, palette.colour("--band-a"));
    },
  };

  // Where there is room, each line is named at its end, and the plot leaves room for that.
  function room(canvas, datasets, width) {
    if (width < ROOMY) return 0;
    const ctx = canvas.getContext("2d");
    ctx.save();
    ctx.font = font(600);
    const widths = datasets.map((set) => ctx.measureText(named(set)).width);
    ctx.restore();
    return Math.ceil(Math.max(...widths)) + GAP + 2;
  }

  const named = (set) => numberFormat.shortened(set.end ?? set.label, LONGEST);

  const ends = {
    id: "ends",
    afterDatasetsDraw(chart) {
      if (chart.width < ROOMY) return;
      const { ctx } = chart;
      const last = (meta) => [...meta.data].reverse().find((point) => !point.skip);
      const found = chart.data.datasets
        .map((set, index) => [set, last(chart.getDatasetMeta(index)), chart.isDatasetVisible(index)])
        .filter(([, point, shown]) => shown && point)
        .map(([set, point]) => ({ set, x: point.x, y: point.y }))
        .sort((one, other) => one.y - other.y);
      found.forEach((each, index) => {
        if (index) each.y = Math.max(each.y, found[index - 1].y + APART);
      });
      ctx.save();
      ctx.textBaseline = "middle";
      ctx.textAlign = axes.rightToLeft ? "right" : "left";
      found.forEach(({ set, x, y }, index) => {
        ctx.font = font(set.previous ? 400 : 600);
        ctx.fillStyle = set.previous ? palette.colour("--muted") : set.borderColor;
        ctx.fillText(named(set), x + (axes.rightToLeft ? -GAP : GAP), y);
      });
      ctx.restore();
    },
  };

  // The highest point, of what is shown negative the lowest, `parts` of weeks left out; none where
  // another is as high.
  function peak({ values, reduction }, parts = []) {
    const known = [...values.keys()].filter((each) => values[each] !== null && !parts[each]);
    if (known.length < 2) return null;
    const sign = reduction ? -1 : 1;
    const worth = (each) => sign * Number(values[each]);
    const best = known.reduce((one, other) => (worth(other) > worth(one) ? other : one));
    return known.every((each) => each === best || worth(each) < worth(best)) ? best : null;
  }

  // What is said of the highest point: as much of it as there is room for, above the line, so that the
  // line does not cross it; below the lowest point of what is shown negative.
  const mark = (index, said, below) => ({
    id: "mark",
    afterDatasetsDraw(chart) {
      const point = chart.getDatasetMeta(0).data[index];
      if (!point || !chart.isDatasetVisible(0)) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.font = font(600);
      const texts = said.map((_, from) => said.slice(from).join(" · "));
      const fits = (text) => ctx.measureText(text).width <= chartArea.width;
      const text = texts.find(fits) ?? "";
      const width = ctx.measureText(text).width;
      const left = Math.min(Math.max(point.x - width / 2, chartArea.left), chartArea.right - width);
      const y = Math.max(point.y + (below ? ABOVE : -ABOVE), ABOVE / 2);
      ctx.fillStyle = palette.series(0);
      ctx.beginPath();
      ctx.arc(point.x, point.y, 4, 0, 2 * Math.PI);
      ctx.fill();
      Object.assign(ctx, { textBaseline: "middle", textAlign: "left", lineWidth: 4, lineJoin: "round" });
      ctx.strokeStyle = palette.colour("--surface");
      ctx.strokeText(text, left, y);
      ctx.fillStyle = palette.colour("--text");
      ctx.fillText(text, left, y);
      ctx.restore();
    },
  });

  globalThis.salesReport.annotations = { brief, ends, mark, peak, room, selection, weekends };
})();
