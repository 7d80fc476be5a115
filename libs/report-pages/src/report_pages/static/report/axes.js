// The axes: names along one, round numbers along the other; from right to left where the page is.
(() => {
  "use strict";

  const { numberFormat, palette } = globalThis.salesReport;
  const rightToLeft = document.documentElement.dir === "rtl";

  const ticks = () => ({ color: palette.colour("--muted"), font: { size: palette.textSize() } });

  function numbers(page, unit, { sideways = false } = {}) {
    const spelled = new WeakMap();
    const format = (_, index, all) => {
      if (!spelled.has(all)) spelled.set(all, page.figures.axis(unit, all.map(({ value }) => value)));
      return spelled.get(all)[index];
    };
    return {
      beginAtZero: true,
      reverse: sideways && rightToLeft,
      position: sideways ? "bottom" : rightToLeft ? "right" : "left",
      grid: {
        color: (context) => palette.colour(context.tick?.value === 0 ? "--line" : "--grid"),
      },
      border: { display: false },
      ticks: {
        ...ticks(),
        maxTicksLimit: sideways ? 5 : 6,
        precision: unit === "count" ? 0 : undefined,
        callback: format,
      },
    };
  }

  // `room` is how many characters a name may take; `wrapped` names stand word below word.
  function names(texts, { sideways = false, skip = false, wrapped = false, room = 24 } = {}) {
    const short = (text) => numberFormat.isolated(numberFormat.shortened(text, room));
    const spelled = (text) => (wrapped ? text.split(" ") : short(text));
    return {
      reverse: !sideways && rightToLeft,
      position: sideways ? (rightToLeft ? "right" : "left") : "bottom",
      grid: { display: false },
      border: { color: palette.colour("--line") },
      ticks: {
        ...ticks(),
        autoSkip: skip || !(sideways || wrapped),
        autoSkipPadding: 16,
        maxRotation: 0,
        callback: (_, index) => spelled(texts[index]),
      },
    };
  }

  globalThis.salesReport.axes = { names, numbers, rightToLeft };
})();
