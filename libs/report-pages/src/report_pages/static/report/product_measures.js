// The measures of a table of products: what is known of each is said by the head of its column, its
// figures are in the rows of the CSV, and those of the sums in the table's foot.
(() => {
  "use strict";

  const { fixedPoint } = globalThis.salesReport;

  const big = (value) => (value === null || value === undefined ? null : BigInt(value));

  class Measure {
    constructor(head) {
      const { column, unit, better, change } = head.dataset;
      Object.assign(this, { head, key: column, unit, better: better ?? null, changed: change });
      this.label = head.querySelector("abbr").textContent;
      this.reduction = "reduction" in head.dataset;
      this.compares = Boolean(change) && !("uncompared" in head.dataset);
      this.known = !("unknown" in head.dataset);
      this.exact = !("inexact" in head.dataset);
    }

    // The figures of each row: now, before, their difference and the change, null where unknown.
    of(rows) {
      const [now, before, changes] = [this.key, `previous_${this.key}`, this.changed].map((key) =>
        rows.numbers(key));
      return now.map((value, row) => this.figures(value, before[row], changes[row]));
    }

    // Those of a sum, from its cell in the foot.
    ofCell(cell) {
      const { value, before, change } = cell?.dataset ?? {};
      return this.figures(big(value), big(before), big(change));
    }

    figures(value, previous, changed) {
      const now = value === 0n && !this.known ? null : value;
      const before = this.compares ? previous : null;
      if (now === null || before === null) return { now, before, difference: null, change: null };
      const change = this.#change(now, before, changed);
      return { now, before, difference: fixedPoint.difference(now, before, change, this.reduction), change };
    }

    // How much of it there is, whatever its sign.
    size({ now }) {
      return now === null ? null : this.reduction ? -now : now;
    }

    // Sums are compared as they are; of what was rounded the change is a column of its own.
    #change(now, before, changed) {
      if (this.exact) return fixedPoint.change(now, before, this);
      return fixedPoint.changeFrom(changed, now, before, this);
    }
  }

  // The measures of a table that stand beside the days before, in the order of their columns.
  const measuresOf = (table) =>
    [...table.tHead.rows[0].querySelectorAll("th.all[data-change]")].map((head) => new Measure(head));

  globalThis.salesReport.productMeasures = { measuresOf };
})();
