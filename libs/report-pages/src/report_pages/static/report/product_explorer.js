// The choices above a table of products: lists, measure, classes, categories and a search over all
// products of the shop, which arrive when the browser has time. Where they do not, the table is as
// the server drew it, and its rows alone are searched and sorted.
(() => {
  "use strict";

  const { ProductTable, TableSort, View, csvRows, elements, productLists } = globalThis.salesReport;
  const { counted } = globalThis.salesReport.numberFormat;

  const LONGEST = 100;

  class Explorer {
    constructor(table, tools, page) {
      Object.assign(this, { tools, words: page.words });
      this.view = new View(table.dataset.table);
      this.table = new ProductTable(table, page);
      this.note = tools.closest("section").querySelector("[data-rest]");
    }

    async start() {
      await this.table.load(1);
      this.#choices();
      this.#below();
      this.sort = new ProductSort(this.table, this.view, this.words, () => this.#show());
      this.view.onChange(() => this.#show());
      this.#show();
    }

    #get(name, fallback = "") {
      return this.view.get(name) ?? fallback;
    }

    #asked() {
      const list = this.#get("list", "best");
      return {
        find: this.#get("find").slice(0, LONGEST),
        abc: this.#get("class"),
        category: this.#get("category"),
        list: list in productLists.LISTS ? list : "best",
        measure: list === "reversed" ? productLists.REVERSALS : this.#get("measure"),
        sort: this.sort?.asked ?? "",
      };
    }

    #show() {
      const asked = this.#asked();
      const count = this.table.show(asked);
      const filtered = count < this.table.rows.count;
      const told = counted(this.words.found, this.table.rows.count).replace("{shown}", count);
      this.count.textContent = filtered ? told : "";
      this.lists?.press(asked.sort ? "" : asked.list);
      this.measure.element.querySelector("select").value = this.table.measure.key;
      for (const [name, choice] of this.filters) choice.element.querySelector("select").value = this.#get(name);
      if (this.input.value.trim() !== asked.find) this.input.value = asked.find;
      const left = Math.max(count - this.table.limit, 0);
      this.button.hidden = left === 0;
      this.button.textContent = counted(this.words.more, Math.min(left, 100));
    }

    #set(name, value, { announced = true } = {}) {
      this.table.limit = this.table.first;
      this.view.set(name, value || null);
      this.#show();
      if (announced) elements.announce(this.count.textContent || this.words.allProducts);
    }

    #choices() {
      const { words, table } = this;
      const id = `find-${this.view.section}`;
      const kind = { type: "search", autocomplete: "off", maxlength: LONGEST, id };
      this.input = elements.make("input", kind);
      this.input.addEventListener("input", () => this.#set("find", this.input.value.trim()));
      this.count = elements.make("span", { class: "count" });
      const label = counted(words.findAll, table.of);
      const search = elements.make("div", { class: "search" },
        elements.make("label", { for: id, class: "visually-hidden" }, label), this.input);
      this.input.placeholder = label;
      const offered = Object.entries(words.lists).filter(([key]) =>
        key !== "reversed" || table.byKey.has(productLists.REVERSALS));
      this.lists = elements.segments(words.list, offered, (list) => this.#pick(list));
      this.measure = elements.choice(words.shownFigure, table.measures.map((each) => [each.key, each.label]),
        (key) => this.#measured(key));
      this.filters = this.#filters();
      const choices = elements.make("div", { class: "controls" }, this.measure.element,
        ...this.filters.map(([, each]) => each.element), this.count);
      this.tools.replaceChildren(search, this.lists.element, choices);
    }

    #filters() {
      const offer = (name, key, words) => {
        const values = [...new Set(this.table.rows.texts(key))].filter(Boolean).sort();
        if (values.length < 2) return [];
        const choice = elements.choice(words.label, [["", words.all], ...values.map((each) => [each, each])],
          (value) => this.#set(name, value));
        return [[name, choice]];
      };
      return [
        ...offer("class", "abc_class", this.words.classes),
        ...offer("category", "category", this.words.categories),
      ];
    }

    // A list is an order of its own: it ends that of a column.
    #pick(list) {
      this.view.set("sort", null);
      this.sort.mark();
      this.#set("list", list === "best" ? "" : list);
    }

    #measured(key) {
      if (this.#get("list") === "reversed") this.view.set("list", null);
      this.#set("measure", key === this.table.measures[0].key ? "" : key);
    }

    // Below the table: more of its rows, and, of a large shop, other pages of them.
    #below() {
      this.button = elements.make("button", { type: "button", class: "button ghost" });
      this.button.addEventListener("click", () => {
        this.table.more();
        this.#show();
      });
      const below = elements.make("div", { class: "more-rows" }, this.button);
      this.note?.replaceWith(below);
      const pages = Math.ceil(this.table.of / csvRows.PAGE);
      if (pages < 2) return;
      const spans = Array.from({ length: pages }, (_, page) => [String(page + 1), this.#span(page)]);
      const choice = elements.choice(this.words.products, spans, (page) => this.#turn(Number(page)));
      below.append(choice.element);
    }

    #span(page) {
      const [first, last] = [page * csvRows.PAGE + 1, Math.min((page + 1) * csvRows.PAGE, this.table.of)];
      const places = { first, last, all: this.table.of };
      return this.words.span.replace(/\{(\w+)\}/g, (_, name) => places[name]);
    }

    async #turn(page) {
      await this.table.load(page);
      this.table.limit = this.table.first;
      this.#show();
      elements.announce(this.#span(page - 1));
    }
  }

  // Columns sort all products, not the rows that are drawn.
  class ProductSort extends TableSort {
    constructor(products, view, words, show) {
      super(products.table, { view, words, worth: (row, key) => products.worths(key)[row], show });
      this.products = products;
    }

    get asked() {
      return this.view.get("sort") || "";
    }

    worths(place) {
      return this.products.worths(this.columns[place].dataset.column);
    }
  }

  const whenIdle = (task) =>
    globalThis.requestIdleCallback ? requestIdleCallback(task, { timeout: 2000 }) : setTimeout(task);

  // `otherwise` is done where the rows do not come.
  function explore(table, tools, page, otherwise) {
    const explorer = new Explorer(table, tools, page);
    whenIdle(() => explorer.start().catch((error) => {
      console.warn(error);
      otherwise();
    }));
  }

  globalThis.salesReport.explore = explore;
})();
