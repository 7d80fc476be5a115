// The tables of the page: all of them can be sorted, those that list products searched. Cells of a
// table have their raw value beside their text; those of a chart's twin are the chart's numbers.
// Tables of a line chart follow its measure.
(() => {
  "use strict";

  const { compared: spelled, explore, fit, productMeasures, sections } = globalThis.salesReport;
  const { ComparedTable, TableSearch, TableSort, View } = globalThis.salesReport;

  const WHOLE = /^-?\d+$/;

  const ofText = (text, nothing) => (text === nothing ? null : text);

  function ofCells({ nothing }) {
    return (_, __, cell) => {
      const raw = cell.dataset.value;
      if (raw !== undefined) return WHOLE.test(raw) ? BigInt(raw) : raw || null;
      return cell.matches("th, .t") ? ofText(cell.textContent.trim(), nothing) : null;
    };
  }

  // Of a table by one measure: raw are the figures in the measure's own column.
  function ofMeasured(table, figures) {
    const own = new Set(["now", "before", "difference", "change"]);
    const [measure] = productMeasures.measuresOf(table);
    const heads = [...table.tHead.rows[0].cells];
    const whole = (key) => heads.findIndex((each) => each.matches(".all") && each.dataset.column === key);
    const plain = ofCells(figures);
    return (row, key, cell) => {
      const place = whole(own.has(key) ? measure.key : key);
      const raw = place < 0 ? cell : cell.parentElement.cells[place];
      if (!own.has(key)) return plain(row, key, raw);
      const found = measure.ofCell(raw);
      return key === "change" ? spelled.size(found.change) : found[key];
    };
  }

  function ofChart(chart, grain, { nothing }) {
    const columns = new Map();
    const weekly = grain === "week";
    for (const series of chart.series) {
      columns.set(series.key, weekly ? series.weekly : series.values);
      columns.set(`previous_${series.key}`, weekly ? series.weeklyPrevious : series.previous);
    }
    const beside = chart.series.find((each) => each.previous);
    return (row, key, cell) => {
      const column = columns.get(key);
      if (beside && (key === "difference" || key === "change")) return spelled.worth(beside, row, key);
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
      const worth = chart
        ? ofChart(chart, grain, figures)
        : (table.dataset.measure ? ofMeasured(table, figures) : ofCells(figures));
      const tools = document.querySelector(`[data-tools="${key}"]`);
      const plainly = () => {
        new TableSort(table, { view, words, worth });
        if (tools && table.querySelector('[data-column="product"]')) {
          new TableSearch(table, view, page, tools);
        }
      };
      if (tools && table.dataset.of) explore(table, tools, page, plainly);
      else plainly();
    }
  }

  globalThis.salesReport.tables = tables;
})();
