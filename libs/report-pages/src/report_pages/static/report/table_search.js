// Table search: products found by what its cells say: rows with every word of it stay, whatever the
// case and the accents.
(() => {
  "use strict";

  const { elements, numberFormat } = globalThis.salesReport;

  const LONGEST = 100;

  const plain = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase(numberFormat.language);

  class TableSearch {
    constructor(table, view, { words, figures }, place) {
      this.rows = [...table.tBodies[0].rows];
      this.sums = [...(table.tFoot?.rows ?? [])];
      this.texts = this.rows.map((row) =>
        plain([...row.querySelectorAll("th, td.t")].map((cell) => cell.textContent).join(" ")));
      this.view = view;
      this.words = words;
      this.figures = figures;
      this.#box(place);
      view.onChange(() => this.#restore());
      this.#restore();
    }

    #box(place) {
      const id = `find-${this.view.section}`;
      const kind = { type: "search", autocomplete: "off", maxlength: LONGEST };
      this.input = elements.make("input", { ...kind, id });
      this.count = elements.make("span", { class: "count" });
      this.input.addEventListener("input", () => {
        this.view.set("find", this.input.value.trim());
        this.#apply();
        elements.announce(this.count.textContent);
      });
      const label = this.figures.counted(this.words.find, this.rows.length);
      place.append(elements.make("label", { for: id }, label), this.input, this.count);
    }

    #restore() {
      const asked = (this.view.get("find") || "").slice(0, LONGEST);
      if (asked !== this.input.value.trim()) this.input.value = asked;
      this.#apply();
    }

    #apply() {
      const wanted = plain(this.input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      this.rows.forEach((row, index) => {
        row.hidden = !wanted.every((word) => this.texts[index].includes(word));
        shown += Number(!row.hidden);
      });
      for (const row of this.sums) {
        row.hidden = shown === 0 || ("others" in row.dataset && shown < this.rows.length);
      }
      const text = this.figures.counted(this.words.found, this.rows.length, { shown });
      this.count.textContent = wanted.length ? text : "";
    }
  }

  globalThis.salesReport.TableSearch = TableSearch;
})();
