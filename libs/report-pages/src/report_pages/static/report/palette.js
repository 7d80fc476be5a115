// The colours and the type of the style sheet, as they are in force at this moment, for the canvas.
// On paper, type is smaller.
(() => {
  "use strict";

  const SERIES = ["--series-1", "--series-2", "--series-3", "--series-4"];

  const TEXT = { screen: 12, paper: 11.5 };
  let medium = "screen";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  globalThis.salesReport.palette = {
    colour,
    series: (index) => colour(SERIES[index % SERIES.length]),
    soft: () => colour("--series-1-soft"),
    previous: () => colour("--series-previous"),
    previousSoft: () => colour("--series-previous-soft"),
    level: () => colour("--level"),
    gain: () => colour("--gain"),
    loss: () => colour("--loss"),
    textSize: () => TEXT[medium],
    isPaper: () => medium === "paper",
    use: (other) => {
      medium = other;
    },
    font: () => getComputedStyle(document.body).fontFamily,
  };
})();
