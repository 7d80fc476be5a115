// The tiles choose the measure of the chart that shows their days; the chosen one is marked.
(() => {
  "use strict";

  const { dataPoints, elements } = globalThis.salesReport;

  function measureTiles({ charts, words }) {
    const chart = charts.find(dataPoints.zooms);
    if (!chart) return;
    const labels = new Map(chart.series.map((each) => [each.key, each.label]));
    const tiles = [...document.querySelectorAll("[data-measure]")].filter((tile) =>
      labels.has(tile.dataset.measure));
    const buttons = tiles.map((tile) => {
      const measure = tile.dataset.measure;
      const name = words.pick.replace("{measure}", labels.get(measure));
      const button = elements.make("button", { type: "button", class: "pick", "aria-label": name });
      button.addEventListener("click", () =>
        document.dispatchEvent(new CustomEvent("measurepick", { detail: measure })));
      tile.append(button);
      return [button, measure];
    });
    document.addEventListener("measurechange", ({ detail }) =>
      buttons.forEach(([button, measure]) =>
        button.setAttribute("aria-pressed", String(measure === detail))));
  }

  globalThis.salesReport.measureTiles = measureTiles;
})();
