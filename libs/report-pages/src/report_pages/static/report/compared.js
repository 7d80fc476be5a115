// The table of one measure beside that of the days before follows the measure of its chart: what it
// shows of another measure is made here as the server makes it of the first (`comparison.py`).
(() => {
  "use strict";

  const { dataPoints, fixedPoint, order } = globalThis.salesReport;

  const SVG = "http://www.w3.org/2000/svg";
  const THOUSAND = 1000n;

  const big = (value) => (value === null || value === undefined ? null : BigInt(value));

  // The rows of a measure, and that of its sum.
  function rowsOf(series, weekly) {
    const [values, previous, changes] = weekly
      ? [series.weekly, series.weeklyPrevious, series.weeklyChanges]
      : [series.values, series.previous, series.changes];
    const row = (now, before, change) => ({
      now,
      before,
      difference: fixedPoint.difference(now, before, change, series.reduction),
      change,
    });
    const rows = values.map((value, index) => {
      const [now, before] = [big(value), big(previous?.[index])];
      return row(now, before, changes ? changes[index] : fixedPoint.change(now, before, series));
    });
    const [total, totalBefore] = (series.total || [null, null]).map(big);
    return { rows, sum: row(total, totalBefore, series.totalChange) };
  }

  // By what changes are sorted: hundredths of a percent, or points; a mere difference comes last.
  function size(change) {
    if (!change || change.kind === "difference") return null;
    const value = BigInt(change.value);
    return change.kind === "multiple" ? value * 100n - 10000n : value;
  }

  function tone(change, better) {
    const value = change ? BigInt(change.value) : 0n;
    if (!better || value === 0n) return "";
    const grew = change.kind === "multiple" || value > 0n;
    return grew === (better === "up") ? "good" : "bad";
  }

  // A bar with a tick, by how long each is of the longest, in tenths of a percent.
  function tickBar(length, tick) {
    const make = (tag, attributes) => {
      const element = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    };
    const at = (thousandths) => `${thousandths / 10n}.${thousandths % 10n}%`;
    const svg = make("svg", { class: "tick-bar", "aria-hidden": "true" });
    svg.append(make("rect", { class: "length", width: at(length) }));
    if (tick !== null) svg.append(make("rect", { class: "tick", x: at(tick) }));
    return svg;
  }

  function lengths(rows, reduction) {
    const sign = reduction ? -1n : 1n;
    const sizes = rows.flatMap(({ now, before }) => [now, before])
      .map((each) => (each === null ? null : sign * each));
    const longest = sizes.reduce((most, each) => (each !== null && each > most ? each : most), 0n);
    return (value) => {
      const signed = value === null ? 0n : sign * value;
      return signed <= 0n ? 0n : fixedPoint.divideHalfEven(signed * THOUSAND, longest);
    };
  }

  // A head that stands for a measure is that of the measure's own column.
  function copyHead(from, to) {
    for (const part of ["abbr", ".unit", ".about"]) {
      const [old, other] = [to, from].map((each) => each.querySelector(part));
      const copy = other?.cloneNode(true);
      if (old) old.replaceWith(...(copy ? [copy] : []));
      else if (copy) to.querySelector("abbr").after(copy);
    }
  }

  class ComparedTable {
    constructor(table, chart, page, view) {
      Object.assign(this, { table, chart, page, view });
      this.weekly = table.dataset.grain === "week";
      this.body = [...table.tBodies[0].rows];
      this.places = new Map(
        [...table.tHead.rows[0].cells].map((each, place) => [each.dataset.column, place]),
      );
      [this.shown] = this.#offered();
    }

    // What a cell is sorted by; undefined for a column that is none of these.
    worth(row, key) {
      const found = this.#read().rows[row];
      return key === "change" ? size(found.change) : found[key];
    }

    // Shows the measure that is chosen; whether that is another than before.
    follow() {
      const chosen = this.view.get("measure");
      const offered = this.#offered();
      const measure = offered.find((each) => each.key === chosen) || offered[0];
      if (measure === this.shown) return false;
      this.shown = measure;
      this.#head();
      const { rows, sum } = this.#read();
      const length = lengths(rows, measure.reduction);
      this.body.forEach((row, index) => this.#fill(row, rows[index], length));
      const foot = this.table.tFoot?.rows[0];
      if (foot) this.#fill(foot, sum, null);
      return true;
    }

    #offered() {
      return dataPoints.choices(this.chart, this.weekly);
    }

    #read() {
      if (this.read?.of !== this.shown) {
        this.read = { of: this.shown, ...rowsOf(this.shown, this.weekly) };
      }
      return this.read;
    }

    #head() {
      const cells = this.table.tHead.rows[0].cells;
      const [to, from] = ["now", this.shown.key].map((key) => cells[this.places.get(key)]);
      copyHead(from, to);
    }

    #fill(row, { now, before, difference, change }, length) {
      const { figures, words } = this.page;
      const { unit, better, reduction } = this.shown;
      const told = fixedPoint.signed(change, reduction);
      const cell = (key) => row.cells[this.places.get(key)];
      cell("now").textContent = figures.cell(now, unit);
      cell("before").textContent = figures.cell(before, unit);
      cell("difference").textContent = figures.difference(difference, unit);
      cell("change").textContent = told ? figures.change(told, unit, words) : figures.nothing;
      cell("change").className = `one change ${tone(change, better)}`.trim();
      if (!length) return;
      const bar = tickBar(length(now), before === null ? null : length(before));
      row.querySelector(".bars").replaceChildren(bar);
    }
  }

  // Where a table has room, it scrolls with the page and its head stays in sight; where it has
  // not, it moves sideways.
  function fit(rows) {
    const table = rows.querySelector("table");
    const measure = () => rows.classList.toggle("fits", table.scrollWidth <= rows.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(rows);
    observer.observe(table);
  }

  // What a row of a measure is sorted by: its difference, or the size of its change.
  function worth(series, row, key) {
    const { difference, change } = rowsOf(series, false).rows[row];
    return key === "change" ? size(change) : difference;
  }

  const compared = { copyHead, lengths, order, size, tickBar, tone, worth };
  Object.assign(globalThis.salesReport, { ComparedTable, compared, fit });
})();
