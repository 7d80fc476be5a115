// All charts of the page: Chart.js arrives after this script, or does not; a chart is drawn when it
// comes near, on paper all of them are.
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

  function drawWhenNear(charts) {
    const byPlace = new Map(charts.map((each) => [each.place, each]));
    const near = new IntersectionObserver(
      (entries) =>
        entries.filter((each) => each.isIntersecting).forEach(({ target }) => {
          near.unobserve(target);
          byPlace.get(target).draw();
        }),
      { rootMargin: "50% 0%" },
    );
    byPlace.forEach((_, place) => near.observe(place));
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
        drawWhenNear(present);
        onPaper(present);
        document.addEventListener("themechange", () => present.forEach((each) => each.redraw()));
      },
      () => present.forEach((each) => each.giveUp()),
    );
  }

  globalThis.salesReport.charts = charts;
})();
