// The choices above a table of products: lists, measure, classes, categories and a search over all
// products of the shop, which arrive when the browser has time. Where they do not, the table is as
// the server drew it, and its rows alone are searched and sorted.
(() => {
  "use strict";

  const { ProductRows, ProductTable, TableSort, View, elements, productLists } = globalThis.salesReport;

  const LONGEST = 100;

  // Its rows by rank, as the pages of the CSV have them; any other view is one of all rows.
  const BY_RANK = { find: "", abc: "", category: "", list: "best", sort: "" };
  const ALL = 0;

  class Explorer {
    constructor(table, tools, page) {
      Object.assign(this, { tools, page, words: page.words, number: 1, asks: 0, filters: new Map() });
      this.view = new View(table.dataset.table);
      this.rows = new ProductRows(Number(table.dataset.of));
      this.table = new ProductTable(table, page);
      this.note = tools.closest("section").querySelector("[data-rest]");
    }

    async start() {
      this.table.take(await this.rows.page(1), 0);
      this.taken = this.number;
      this.#choices();
      this.#below();
      this.sort = new ProductSort(this.table, this.view, this.words, () => this.#show());
      this.view.onChange(() => this.#show());
      if (this.rows.pages > 1) this.#draw({ ...this.#asked(), ...BY_RANK, measure: "" }, true);
      await this.#show();
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

    #isByRank({ measure, ...asked }) {
      const shown = this.table.byKey.get(measure) ?? this.table.measures[0];
      return shown === this.table.measures[0] &&
        Object.entries(BY_RANK).every(([key, value]) => asked[key] === value);
    }

    // Draws what is asked for once its rows are there, which are there at once in nearly every shop.
    async #show(then = () => {}) {
      const ask = (this.asks += 1);
      const asked = this.#asked();
      const byRank = this.#isByRank(asked);
      const wanted = byRank || !this.rows.readsAll ? this.number : ALL;
      this.#mark(asked);
      if (wanted !== this.taken && !(await this.#take(wanted, ask))) return;
      this.#draw(asked, byRank);
      then();
    }

    // Takes in the rows of a page, or all; false where something else is asked for when they come.
    async #take(wanted, ask) {
      this.table.table.setAttribute("aria-busy", "true");
      const rows = await (wanted === ALL ? this.rows.all() : this.rows.page(wanted)).catch(console.warn);
      if (ask !== this.asks) return false;
      if (!rows) {
        this.number = this.turned ?? 1;
        this.#show(() => this.#unread());
        return false;
      }
      this.failure.hidden = true;
      this.taken = wanted;
      if (wanted !== ALL) this.turned = wanted;
      this.table.take(rows, wanted === ALL ? 0 : this.rows.span(wanted).first - 1);
      return true;
    }

    #unread() {
      this.failure.hidden = false;
      elements.announce(this.words.unread);
    }

    // The choices say what is asked for.
    #mark(asked) {
      this.lists?.press(asked.sort ? "" : asked.list);
      const measure = this.table.byKey.get(asked.measure) ?? this.table.measures[0];
      this.measure.element.querySelector("select").value = measure.key;
      for (const [name, each] of this.filters) each.element.querySelector("select").value = this.#get(name);
      if (this.input.value.trim() !== asked.find) this.input.value = asked.find;
    }

    #draw(asked, byRank) {
      const { figures } = this.page;
      const count = this.table.show(asked);
      this.table.table.removeAttribute("aria-busy");
      const of = this.table.rows.count;
      const found = figures.counted(this.words.found, of, { shown: count });
      const isPart = !this.rows.readsAll;
      const told = [...(count < of ? [found] : []), ...(isPart && !byRank ? [this.#span(this.number)] : [])];
      this.count.textContent = told.join(" · ");
      const label = isPart
        ? figures.counted(this.words.find, of)
        : figures.counted(this.words.findAll, this.rows.of);
      this.input.placeholder = label;
      this.label.textContent = label;
      const left = Math.max(count - this.table.limit, 0);
      this.button.hidden = left === 0;
      this.button.textContent = figures.counted(this.words.more, Math.min(left, 100));
      if (!this.turning) return;
      this.turning.element.hidden = this.taken === ALL;
      this.turning.element.querySelector("select").value = this.number;
      this.#offer();
    }

    #set(name, value, { announced = true } = {}) {
      this.table.limit = this.table.first;
      this.view.set(name, value || null);
      this.#show(() => {
        if (announced) elements.announce(this.count.textContent || this.words.allProducts);
      });
    }

    #choices() {
      const { words, table } = this;
      const id = `find-${this.view.section}`;
      const kind = { type: "search", autocomplete: "off", maxlength: LONGEST, id };
      this.input = elements.make("input", kind);
      this.input.addEventListener("input", () => this.#set("find", this.input.value.trim()));
      this.count = elements.make("span", { class: "count" });
      this.label = elements.make("label", { for: id, class: "visually-hidden" });
      const search = elements.make("div", { class: "search" }, this.label, this.input);
      const offered = Object.entries(words.lists).filter(([key]) =>
        key !== "reversed" || table.byKey.has(productLists.REVERSALS));
      this.lists = elements.segments(words.list, offered, (list) => this.#pick(list));
      this.measure = elements.choice(words.shownFigure, table.measures.map((each) => [each.key, each.label]),
        (key) => this.#measured(key));
      this.controls = elements.make("div", { class: "controls" }, this.measure.element, this.count);
      this.#offer();
      this.tools.replaceChildren(search, this.lists.element, this.controls);
    }

    // The values of the rows that are there; a filter of one value would be none.
    #offer(rows = this.table.rows) {
      if (rows === this.offered || this.offered?.count === this.rows.of) return;
      this.offered = rows;
      for (const [name, key, words] of [
        ["class", "abc_class", this.words.classes],
        ["category", "category", this.words.categories],
      ]) {
        const values = productLists.values(rows, key);
        if (values.length < 2) continue;
        const options = [["", words.all], ...values.map((each) => [each, each])];
        const known = this.filters.get(name);
        const choice = known ?? elements.choice(words.label, options, (value) => this.#set(name, value));
        choice.offer(options, this.#get(name));
        this.filters.set(name, choice);
        if (!known) this.count.before(choice.element);
      }
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
      this.failure = elements.make("p", { class: "muted note" }, this.words.unread);
      this.failure.hidden = true;
      const below = elements.make("div", { class: "more-rows" }, this.button);
      this.note?.replaceWith(below);
      if (this.rows.pages < 2) return;
      const spans = Array.from({ length: this.rows.pages }, (_, page) => [String(page + 1), this.#span(page + 1)]);
      this.turning = elements.choice(this.words.products, spans, (page) => this.#turn(Number(page)));
      below.append(this.turning.element, this.failure);
      this.#prepare();
    }

    // Who comes to the filters is offered what all rows have, not those of one page alone.
    #prepare() {
      const read = () => {
        if (!this.rows.readsAll) return;
        this.rows.all().then((rows) => this.#offer(rows), console.warn);
      };
      for (const event of ["pointerenter", "focusin"]) {
        this.controls.addEventListener(event, read, { once: true });
      }
    }

    #span(number) {
      const { figures } = this.page;
      const places = { ...this.rows.span(number), all: this.rows.of };
      return this.words.span.replace(/\{(\w+)\}/g, (_, name) => figures.spell(places[name], "count"));
    }

    #turn(number) {
      this.number = number;
      this.table.limit = this.table.first;
      this.#show(() => elements.announce(this.#span(number)));
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
