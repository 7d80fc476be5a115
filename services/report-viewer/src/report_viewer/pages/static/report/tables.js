// The tables of the page: all of them can be sorted, those that list products searched. Cells of a
// table have their raw value beside their text; those of a chart's twin are the chart's numbers.
// Tables of a line chart follow its measure.
(() => {
  "use strict";

  const { ComparedTable, TableSearch, TableSort, View, fit, sections } = globalThis.salesReport;

  const WHOLE = /^-?\d+$/;

  const ofText = (text, nothing) => (text === nothing ? null : text);

  function ofCells({ nothing }) {
    return (_, __, cell) => {
      const raw = cell.dataset.value;
      if (raw !== undefined) return WHOLE.test(raw) ? BigInt(raw) : raw || null;
      return cell.matches("th, .t") ? ofText(cell.textContent.trim(), nothing) : null;
    };
  }

  function ofChart(chart, grain, { nothing }) {
    const columns = new Map();
    const weekly = grain === "week";
    for (const series of chart.series) {
      columns.set(series.key, weekly ? series.weekly : series.values);
      columns.set(`previous_${series.key}`, weekly ? series.weeklyPrevious : series.previous);
    }
    return (row, key, cell) => {
      const column = columns.get(key);
      if (column) return column[row] === null ? null : BigInt(column[row]);
      return chart.ordered ? BigInt(row) : ofText(cell.textContent.trim(), nothing);
    };
  }

  // A table that follows the measure of its chart, and is sorted anew when that is another.
  function compared(table, chart, page, view) {
    const shown = new ComparedTable(table, chart, page, view);
    const ofOthers = ofChart(chart, table.dataset.grain, page.figures);
    const own = new Set(["now", "before", "difference", "change"]);
    const worth = (row, key, cell) =>
      own.has(key) ? shown.worth(row, key) : ofOthers(row, key, cell);
    shown.follow();
    const sort = new TableSort(table, { view, words: page.words, worth });
    const follow = () => {
      if (shown.follow()) sort.apply();
    };
    document.addEventListener("viewchange", follow);
    view.onChange(follow);
  }

  function tables(page) {
    const { charts, figures, words } = page;
    document.querySelectorAll(".rows").forEach(fit);
    const byKey = new Map(charts.map((each) => [each.key, each]));
    for (const table of document.querySelectorAll("table[data-table]")) {
      if (!(table.tBodies[0]?.rows.length > 1)) continue;
      const { table: key, grain } = table.dataset;
      const view = new View(key);
      const chart = byKey.get(key);
      if (chart && sections[chart.kind].unsorted) continue;
      if (chart && table.matches(".beside")) {
        compared(table, chart, page, view);
        continue;
      }
      const worth = chart ? ofChart(chart, grain, figures) : ofCells(figures);
      new TableSort(table, { view, words, worth });
      const tools = document.querySelector(`[data-tools="${key}"]`);
      if (tools && table.querySelector('[data-column="product"]')) {
        new TableSearch(table, view, words, tools);
      }
    }
  }

  globalThis.salesReport.tables = tables;
})();
