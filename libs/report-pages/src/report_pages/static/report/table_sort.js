// Table sort, by any of its columns: numbers as numbers, whatever they look like, and texts as
// the language sorts them. Sums below the table stay where they are.
(() => {
  "use strict";

  const { elements, numberFormat } = globalThis.salesReport;

  const collator = new Intl.Collator(numberFormat.language, { numeric: true, sensitivity: "base" });
  const OPPOSITE = { ascending: "descending", descending: "ascending" };

  const isNumeric = (worths) => worths.every((each) => each === null || typeof each === "bigint");

  function compare(one, other) {
    if (typeof one !== typeof other || typeof one === "string") {
      return collator.compare(String(one), String(other));
    }
    return one < other ? -1 : Number(one > other);
  }

  // The numbers of the rows in the order of what they are worth; worth nothing is always last.
  function order(worths, descending) {
    const numbers = [...worths.keys()];
    const known = numbers.filter((each) => worths[each] !== null);
    known.sort((a, b) => (descending ? -1 : 1) * compare(worths[a], worths[b]));
    return [...known, ...numbers.filter((each) => worths[each] === null)];
  }

  // `worth(row, key, cell)` is what a cell is compared by: a BigInt, a text, or null for nothing.
  class TableSort {
    // `show` draws the rows in their order, where others than those of the table are sorted.
    constructor(table, { view, words, worth, show }) {
      this.body = table.tBodies[0];
      this.rows = [...this.body.rows];
      this.view = view;
      this.words = words;
      this.worth = worth;
      this.show = show;
      this.columns = [...table.tHead.rows[0].cells];
      this.columns.filter((each) => each.dataset.column).forEach((each) => this.#button(each));
      if (show) {
        view.onChange(() => this.mark());
        this.mark();
        return;
      }
      view.onChange(() => this.apply());
      this.apply();
    }

    // Which column the address asks for, -1 for none, and whether downwards.
    get #asked() {
      const asked = this.view.get("sort") || "";
      const descending = asked.startsWith("-");
      const key = descending ? asked.slice(1) : asked;
      return { place: this.columns.findIndex((each) => each.dataset.column === key), descending };
    }

    mark() {
      const { place, descending } = this.#asked;
      this.columns.forEach((column, index) => {
        if (index !== place) column.removeAttribute("aria-sort");
        else column.setAttribute("aria-sort", descending ? "descending" : "ascending");
      });
    }

    apply() {
      const { place, descending } = this.#asked;
      this.mark();
      if (this.show) {
        this.show();
        return;
      }
      this.body.append(...(place < 0 ? this.rows : this.#ordered(place, descending)));
    }

    #ordered(place, descending) {
      return order(this.worths(place), descending).map((each) => this.rows[each]);
    }

    worths(place) {
      const key = this.columns[place].dataset.column;
      return this.rows.map((row, index) => this.worth(index, key, row.cells[place]));
    }

    // It takes the place of words that look like it, so that no head changes its height.
    #button(column) {
      const button = elements.make("button", { type: "button", class: "sort" });
      const words = column.querySelector(".sort");
      button.append(...words.childNodes);
      words.replaceWith(button);
      button.addEventListener("click", () => this.#next(column, button.textContent.trim()));
    }

    // Numbers the highest first, texts from A on; then the other way round; then as it was.
    #next(column, label) {
      const place = this.columns.indexOf(column);
      const first = isNumeric(this.worths(place)) ? "descending" : "ascending";
      const now = column.getAttribute("aria-sort");
      const next = now === null ? first : now === first ? OPPOSITE[first] : null;
      this.view.set("sort", next && `${next === "descending" ? "-" : ""}${column.dataset.column}`);
      this.apply();
      elements.announce((this.words[next ?? "unsorted"]).replace("{column}", label));
    }
  }

  Object.assign(globalThis.salesReport, { TableSort, order });
})();
