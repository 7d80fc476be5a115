// All charts of the page: Chart.js arrives after this script, or does not. The first chart is drawn at
// once and the others when the browser has time, so that a picture of the whole page has all.
(() => {
  "use strict";

  const { ChartOnPage, palette } = globalThis.salesReport;

  // The script of Chart.js follows this one, so that nothing waits for it.
  function whenItArrives(library, onLoad, onError) {
    if (globalThis.Chart) onLoad();
    else if (!library) onError();
    else {
      library.addEventListener("load", onLoad, { once: true });
      library.addEventListener("error", onError, { once: true });
    }
  }

  const whenIdle = (task) =>
    globalThis.requestIdleCallback ? requestIdleCallback(task, { timeout: 500 }) : setTimeout(task);

  function drawAll([next, ...others]) {
    next?.draw();
    if (others.length) whenIdle(() => drawAll(others));
  }

  // Paper is light, whatever the screen is, and all of it is in sight.
  function onPaper(charts) {
    const root = document.documentElement;
    let theme = null;
    window.addEventListener("beforeprint", () => {
      theme = root.dataset.theme ?? null;
      root.dataset.theme = "light";
      palette.use("paper");
      charts.forEach((each) => each.draw());
    });
    window.addEventListener("afterprint", () => {
      if (theme === null) delete root.dataset.theme;
      else root.dataset.theme = theme;
      palette.use("screen");
      charts.forEach((each) => each.draw());
    });
  }

  function charts(page) {
    const present = page.charts
      .filter((each) => document.querySelector(`[data-plot="${each.key}"] canvas`))
      .map((each) => new ChartOnPage(page, each));
    whenItArrives(
      document.querySelector("script[data-charts]"),
      () => {
        drawAll(present);
        onPaper(present);
        document.addEventListener("themechange", () => present.forEach((each) => each.redraw()));
      },
      () => present.forEach((each) => each.giveUp()),
    );
  }

  globalThis.salesReport.charts = charts;
})();
