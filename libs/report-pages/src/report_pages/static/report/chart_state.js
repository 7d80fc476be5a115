// The state of a chart, as its reader chose it: the measure, by day or by week, and what of it
// is hidden. It is kept in the address; what the address says in error counts as not said.
(() => {
  "use strict";

  const { View, dataPoints, elements } = globalThis.salesReport;

  class ChartState {
    constructor(chart, words, onChange) {
      this.chart = chart;
      this.view = new View(chart.key);
      this.onChange = onChange;
      this.view.onChange(() => this.#changed());
      this.#controls(words);
    }

    get weekly() {
      if (!this.chart.weeks) return false;
      return this.chart.abridged || this.#asked === "week";
    }

    // A long window is shown by weeks, unless its days are asked for.
    get #asked() {
      return this.view.get("by") ?? this.#grain;
    }

    get #grain() {
      return this.chart.long ? "week" : "day";
    }

    // The days of a long window are rows of the CSV, which come when they are asked for.
    async #days() {
      if (!this.chart.abridged || this.#asked !== "day" || this.loading) return;
      this.loading = true;
      try {
        await globalThis.salesReport.chartDays(this.chart);
      } catch (error) {
        console.warn(error);
        this.view.set("by", null);
      }
      this.loading = false;
      this.#changed();
    }

    // The first and the last of the points that are shown alone; null for all.
    get range() {
      const told = /^(\d{1,3})-(\d{1,3})$/.exec(this.view.get("range") ?? "");
      const points = this.weekly ? this.chart.weeks.titles : this.chart.labels;
      if (!told || !dataPoints.zooms(this.chart)) return null;
      const [from, to] = [Number(told[1]), Number(told[2])];
      return from < to && to < points.length ? [from, to] : null;
    }

    // Shows the points from one to another of those that are shown now; all of them without any.
    zoom = (from, to) => {
      const before = this.range?.[0] ?? 0;
      this.view.set("range", to === undefined ? null : `${before + from}-${before + to}`);
      this.#changed();
    };

    get measure() {
      const offered = this.#offered();
      return offered.find((each) => each.key === this.view.get("measure")) || offered[0];
    }

    visible = (key, previous) =>
      previous ? this.view.get("previous") !== "off" : !this.#hidden().has(key);

    toggle = ({ key, previous }) => {
      if (previous) {
        this.view.set("previous", this.visible(key, true) ? "off" : null);
      } else {
        const hidden = this.#hidden();
        if (!hidden.delete(key)) hidden.add(key);
        this.view.set("hidden", [...hidden].join(","));
      }
      this.#changed();
    };

    #hidden() {
      const known = new Set((this.chart.series || []).map((each) => each.key));
      const told = (this.view.get("hidden") || "").split(",");
      return new Set(told.filter((key) => known.has(key)));
    }

    #offered() {
      return dataPoints.choices(this.chart, this.weekly);
    }

    #controls(words) {
      const place = document.querySelector(`[data-controls="${this.chart.key}"]`);
      if (!place || !dataPoints.choices(this.chart, false).length) return;
      if (this.chart.weeks) {
        const options = [["day", words.day], ["week", words.week]];
        this.grain = elements.segments(words.by, options, (by) => {
          this.view.set("by", by === this.#grain ? null : by);
          this.view.set("range", null);
          this.#changed();
        });
        place.append(this.grain.element);
      }
      if (dataPoints.choices(this.chart, false).length > 1) {
        this.measures = elements.choice(words.measure, [], (key) => this.#choose(key));
        place.prepend(this.measures.element);
      }
      if (dataPoints.zooms(this.chart)) {
        this.whole = elements.make("button", { type: "button", class: "button ghost" }, words.whole);
        this.whole.addEventListener("click", () => this.zoom());
        place.prepend(this.whole);
        document.addEventListener("measurepick", ({ detail }) => this.#choose(detail));
      }
      this.#reflect();
      this.#days();
    }

    #choose(key) {
      this.view.set("measure", key === this.#offered()[0].key ? null : key);
      this.#changed();
    }

    #changed() {
      this.#days();
      this.#reflect();
      this.onChange();
    }

    #reflect() {
      this.grain?.press(this.weekly ? "week" : "day");
      this.measures?.offer(
        this.#offered().map((each) => [each.key, each.label]),
        this.measure.key,
      );
      if (!this.whole) return;
      this.whole.hidden = this.range === null;
      document.dispatchEvent(new CustomEvent("measurechange", { detail: this.measure.key }));
    }
  }

  globalThis.salesReport.ChartState = ChartState;
})();
