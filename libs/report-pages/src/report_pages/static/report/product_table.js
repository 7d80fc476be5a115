// A table of products with every row of the CSV behind it: it draws those that are asked for as the
// server drew the first of them, by any measure.
(() => {
  "use strict";

  const { compared, elements, fixedPoint, productLists, productMeasures } = globalThis.salesReport;

  const MORE = 100;
  const own = new Set(["now", "before", "difference", "change"]);

  class ProductTable {
    constructor(table, page) {
      Object.assign(this, { table, page });
      this.heads = [...table.tHead.rows[0].cells];
      this.first = table.tBodies[0].rows.length;
      this.limit = this.first;
      this.measures = productMeasures.measuresOf(table);
      this.byKey = new Map(this.measures.map((each) => [each.key, each]));
    }

    // Takes rows in, of which the first is the one at `start` of all.
    take(rows, start) {
      Object.assign(this, { rows, start, read: null });
    }

    // What is asked for: a measure, a list or a column to sort by, and what is looked for.
    show(asked) {
      this.measure = this.byKey.get(asked.measure) ?? this.measures[0];
      if (this.read?.of !== this.measure) {
        this.read = { of: this.measure, figures: this.measure.of(this.rows) };
      }
      const places = productLists.filtered(this.rows, asked);
      this.found = asked.sort
        ? this.#sorted(places, asked)
        : productLists.listed(asked.list, this.measure, this.read.figures, places);
      this.#draw();
      return this.found.length;
    }

    more() {
      this.limit += MORE;
    }

    // What the rows are sorted by: figures of the measure, of another column, or names.
    worths(key) {
      if (own.has(key)) {
        return this.read.figures.map((each) => (key === "change" ? compared.size(each.change) : each[key]));
      }
      const { unit } = this.heads.find((each) => each.matches(".all") && each.dataset.column === key)?.dataset ?? {};
      return !unit || unit === "text" || unit === "date" ? this.rows.texts(key) : this.rows.numbers(key);
    }

    #sorted(places, { sort }) {
      const descending = sort.startsWith("-");
      const worths = this.worths(descending ? sort.slice(1) : sort);
      return compared.order(places.map((each) => worths[each]), descending).map((each) => places[each]);
    }

    #draw() {
      const shown = this.found.slice(0, this.limit);
      const figures = shown.map((place) => this.read.figures[place]);
      this.length = compared.lengths(figures, this.measure.reduction);
      this.table.tBodies[0].replaceChildren(...shown.map((place) => this.#row(place)));
      this.#head();
      const apart = this.#areThoseOfThePage(shown);
      for (const row of this.table.tFoot?.rows ?? []) {
        this.#sum(row);
        row.hidden = shown.length === 0 || ("others" in row.dataset && !apart);
      }
    }

    // Whether those shown of all products are the ones that the page's sum of the others leaves out.
    #areThoseOfThePage(shown) {
      const all = this.start === 0 && this.found.length === this.rows.count;
      return all && shown.length === this.first && shown.every((place) => place < this.first);
    }

    #row(place) {
      const row = elements.make("tr");
      row.append(...this.heads.map((head, index) => this.#cell(head, index, place)));
      return row;
    }

    #cell(head, index, place) {
      const { column: key, unit } = head.dataset;
      if (index === 0) return this.#name(place);
      if (head.matches(".bars")) return elements.make("td", { class: "one bars" }, this.#bar(place));
      if (own.has(key)) return this.#figure(key, this.read.figures[place]);
      const cell = elements.make("td", { class: head.className });
      const measure = this.byKey.get(key);
      if (measure) this.#stack(cell, measure, place);
      else cell.append(this.#plain(key, unit ?? this.#unitOf(key), place));
      return cell;
    }

    #name(place) {
      const [name, sku, category] = ["product", "sku", "category"].map((key) => this.rows.texts(key)[place]);
      const below = [sku, category].filter(Boolean).join(" · ");
      const cell = elements.make("th", { scope: "row", class: "name" }, elements.make("bdi", {}, name ?? ""));
      if (below) cell.append(elements.make("small", {}, elements.make("bdi", {}, below)));
      return cell;
    }

    #bar(place) {
      const { now, before } = this.read.figures[place];
      return compared.tickBar(this.length(now), before === null ? null : this.length(before));
    }

    #figure(key, figures) {
      const cell = elements.make("td");
      this.#fill(cell, key, figures);
      return cell;
    }

    #fill(cell, key, { now, before, difference, change }, isSum = false) {
      const { figures: spelling, words } = this.page;
      const { unit, better, reduction } = this.measure;
      const signed = fixedPoint.signed(change, reduction);
      const isNew = !isSum && fixedPoint.isNew(change, before);
      const told = {
        now: () => spelling.cell(now, unit),
        before: () => spelling.cell(before, unit),
        difference: () => spelling.difference(difference, unit),
        change: () => (isNew ? words.new : signed ? spelling.change(signed, unit, words) : spelling.nothing),
      };
      const tone = key === "change" ? compared.tone(change, better) : "";
      cell.className = `one ${key === "now" ? "" : key} ${tone}`.trim().replace(/\s+/g, " ");
      cell.textContent = told[key]();
    }

    #stack(cell, measure, place) {
      const { now, before } = this.#all(measure)[place];
      cell.append(this.page.figures.cell(now, measure.unit));
      if (before !== null) {
        cell.append(elements.make("small", {}, this.page.figures.cell(before, measure.unit)));
      }
    }

    #all(measure) {
      this.stacked ??= new Map();
      const known = this.stacked.get(measure);
      if (known?.rows === this.rows) return known.figures;
      const figures = measure.of(this.rows);
      this.stacked.set(measure, { rows: this.rows, figures });
      return figures;
    }

    #plain(key, unit, place) {
      const isText = unit === "text" || unit === "date";
      const value = isText ? this.rows.texts(key)[place] : this.rows.numbers(key)[place];
      if (!isText) return this.page.figures.cell(value, unit);
      const told = value === null ? this.page.figures.nothing : this.page.figures.day(value, unit);
      return elements.make("bdi", {}, told);
    }

    #unitOf(key) {
      return this.heads.find((each) => each.matches(".all") && each.dataset.column === key)?.dataset.unit;
    }

    // The head of the figures is that of the measure's own column.
    #head() {
      const to = this.heads.find((each) => each.dataset.column === "now");
      compared.copyHead(this.measure.head, to);
    }

    #sum(row) {
      const place = this.heads.indexOf(this.measure.head);
      const figures = this.measure.ofCell(row.cells[place]);
      this.heads.forEach((head, index) => {
        if (own.has(head.dataset.column)) this.#fill(row.cells[index], head.dataset.column, figures, true);
      });
    }
  }

  globalThis.salesReport.ProductTable = ProductTable;
})();
