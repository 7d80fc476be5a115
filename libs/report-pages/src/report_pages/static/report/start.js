// Brings the page to life. Each part stands alone: what fails leaves the rest as it is.
(() => {
  "use strict";

  const { Figures } = globalThis.salesReport.numberFormat;
  const island = document.getElementById("report-data");
  const data = JSON.parse(island.textContent);
  const page = { ...data, figures: new Figures(data.figures) };

  for (const part of ["themePicker", "menus", "relativeTime", "tables", "measureTiles", "charts"]) {
    try {
      globalThis.salesReport[part](page);
    } catch (error) {
      console.error(error);
    }
  }
})();
