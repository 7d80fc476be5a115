// The rows of all products of a shop: a page of them at a time, by rank, and all of them when somebody
// asks for what one page cannot tell, as which product lost most.
(() => {
  "use strict";

  const { csvRows } = globalThis.salesReport;

  // More pages are too much to read for one search: there each page is told of by itself, as such.
  const MOST_PAGES = 10;

  class ProductRows {
    constructor(of) {
      this.of = of;
      this.pages = Math.ceil(of / csvRows.PAGE);
      this.readsAll = this.pages <= MOST_PAGES;
      this.read = new Map();
    }

    // The rows of page `number`, from 1 on.
    page(number) {
      if (!this.read.has(number)) {
        const rows = csvRows.load(number);
        rows.catch(() => this.read.delete(number));
        this.read.set(number, rows);
      }
      return this.read.get(number);
    }

    // Those of every page; where one does not come, they are not asked for again.
    all() {
      this.whole ??= this.#all().catch((error) => {
        this.readsAll = false;
        throw error;
      });
      return this.whole;
    }

    async #all() {
      const numbers = Array.from({ length: this.pages }, (_, page) => page + 1);
      const [first, ...others] = await Promise.all(numbers.map((each) => this.page(each)));
      return others.length ? first.with(others) : first;
    }

    // The ranks of the first and the last on page `number`.
    span(number) {
      const before = (number - 1) * csvRows.PAGE;
      return { first: before + 1, last: Math.min(before + csvRows.PAGE, this.of) };
    }
  }

  globalThis.salesReport.ProductRows = ProductRows;
})();
