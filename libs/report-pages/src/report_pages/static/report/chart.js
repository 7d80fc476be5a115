// One chart on the page: drawn once, and again when what is chosen, the theme or the medium changes. It never moves by itself. Where it cannot be drawn, its table takes its
// place.
(() => {
  "use strict";

  const { ChartState, dataPoints, elements, keyboard, legend, palette, rangeSelection, sections, tooltip } =
    globalThis.salesReport;

  const DOTS_ON_PAPER = 3;

  class ChartOnPage {
    #drawn = null;

    constructor(page, chart) {
      this.page = page;
      this.chart = chart;
      this.place = document.querySelector(`[data-plot="${chart.key}"]`);
      this.canvas = this.place.querySelector("canvas");
      this.choosing = new ChartState(chart, page.words, () => this.redraw());
      this.zooms = dataPoints.zooms(chart);
      this.heading = document.getElementById(`${chart.key}-title`);
      const drawn = () => this.#drawn;
      const take = (from, to) => this.#zoom(from, to);
      this.keys = keyboard(this.canvas, {
        drawn,
        say: (index) => this.#said(index),
        range: this.zooms ? { take, say: (from, to) => this.#sayRange("selected", from, to) } : null,
      });
      if (this.zooms) rangeSelection.dragging(this.canvas, { drawn, take });
      this.gist = document.getElementById(`${chart.key}-gist`);
      this.#describe();
      this.#legend(this.#configuration().data.datasets);
    }

    // Draws it, anew if it is there already.
    draw() {
      this.keys.forget();
      this.#drawn?.destroy();
      this.#drawn = null;
      Object.assign(this.canvas, this.#size);
      try {
        this.#drawn = new Chart(this.canvas, this.#configuration());
        this.#show();
      } catch (error) {
        console.warn(error);
        this.giveUp();
      }
    }

    // What has changed shows in a chart that is drawn, and in the legend of any.
    redraw() {
      if (this.#drawn) this.draw();
      else this.#show();
    }

    // The table says it all; nothing is left of what would be empty or dead.
    giveUp() {
      const key = this.chart.key;
      for (const kind of ["plot", "legend", "controls"]) {
        const element = document.querySelector(`[data-${kind}="${key}"]`);
        if (element) element.hidden = true;
      }
      const twin = document.querySelector(`details[data-twin="${key}"]`);
      if (twin) twin.open = true;
    }

    // How large it is drawn. On paper the style sheet says it: a browser tells no script how wide
    // the sheet is.
    get #size() {
      if (!palette.isPaper()) return { width: this.place.clientWidth };
      const said = getComputedStyle(this.place).getPropertyValue("--paper").trim();
      const [width, height] = said.split(" ").map(Number);
      return { width, height };
    }

    get #reading() {
      const { measure, weekly } = this.choosing;
      const whole = dataPoints.read(this.chart, this.page.words, { measure, weekly });
      return this.zooms ? rangeSelection.part(whole, this.choosing.range) : whole;
    }

    // The texts that go with the measure that is shown; none for a chart of one measure.
    get #texts() {
      const { measure, weekly } = this.choosing;
      const texts = this.chart.texts?.[measure?.key];
      const grain = weekly ? "week" : "day";
      return texts && { title: texts[grain], gist: texts[`${grain}Gist`] };
    }

    #zoom(from, to) {
      if (from === undefined && !this.choosing.range) return;
      this.choosing.zoom(from, to);
      this.#sayRange("zoomed", 0, this.#reading.titles.length - 1);
    }

    #sayRange(word, from, to) {
      const { titles } = this.#reading;
      const text = this.page.words[word].replace("{first}", titles[from]).replace("{last}", titles[to]);
      elements.announce(text);
    }

    get #telling() {
      return { page: this.page, visible: this.choosing.visible };
    }

    #said(index) {
      const reading = this.#reading;
      const lines = dataPoints.lines(reading, index, this.#telling).map((each) => each.text);
      return [reading.titles[index], ...lines].join(". ");
    }

    #name(title) {
      const { words } = this.page;
      const keys = this.zooms ? `${words.chartKeys} ${words.zoomKeys}` : words.chartKeys;
      this.canvas.tabIndex = 0;
      this.canvas.setAttribute("role", "application");
      this.canvas.setAttribute("aria-roledescription", words.chart);
      this.canvas.setAttribute("aria-label", `${title}. ${keys}`);
    }

    // Heading and sentence are those of the measure that is shown; a part of its days has none.
    #describe() {
      const texts = this.#texts;
      this.#name(texts?.title ?? this.chart.title);
      if (!texts || !this.gist) return;
      this.heading.textContent = texts.title;
      this.gist.textContent = this.choosing.range ? "" : texts.gist;
    }

    #show() {
      this.#describe();
      const datasets = this.#drawn?.data.datasets ?? this.#configuration().data.datasets;
      this.#legend(datasets);
      if (!this.#drawn) return;
      datasets.forEach((set, index) =>
        this.#drawn.setDatasetVisibility(index, this.choosing.visible(set.key, set.previous)));
      this.#drawn.update("none");
    }

    #legend(datasets) {
      const place = document.querySelector(`[data-legend="${this.chart.key}"]`);
      if (place) legend(place, datasets, this.choosing.visible, this.choosing.toggle);
    }

    #configuration() {
      const reading = this.#reading;
      const { page, chart } = this;
      const { width } = this.#size;
      const { canvas } = this;
      const drawing = sections[chart.kind].draw({ page, chart, reading, width, canvas });
      const { type, data, scales, sideways, plugins, padding } = drawing;
      return {
        type,
        data,
        plugins,
        options: {
          indexAxis: sideways ? "y" : "x",
          responsive: !palette.isPaper(),
          devicePixelRatio: palette.isPaper() ? DOTS_ON_PAPER : window.devicePixelRatio,
          maintainAspectRatio: false,
          animation: false,
          layout: { padding: padding ?? 0 },
          interaction: { mode: "index", axis: sideways ? "y" : "x", intersect: false },
          font: { family: palette.font() },
          plugins: { legend: { display: false }, tooltip: tooltip(reading, this.#telling) },
          scales,
        },
      };
    }
  }

  globalThis.salesReport.ChartOnPage = ChartOnPage;
})();
