// Draws the charts from the numbers in the page. Every number arrives as an integer scaled by a
// power of ten; texts are spelled from the integers, and only positions on the canvas are floats.
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("report-data").textContent);
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4"];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const position = (value, series) => (value === null ? null : value / 10 ** series.exponent);
  const find = (kind, key) => document.querySelector(`[data-${kind}="${key}"]`);

  // −1234.5 as "−1,234.50", exactly: by digits, never by arithmetic.
  function spell(value, series) {
    if (value === null || value === undefined) return data.nothing;
    const digits = String(Math.abs(value)).padStart(series.exponent + 1, "0");
    const whole = digits.slice(0, digits.length - series.exponent);
    const fraction = digits.slice(digits.length - series.exponent);
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    const sign = value < 0 ? "−" : "";
    return series.prefix + sign + grouped + (fraction && `.${fraction}`) + series.suffix;
  }

  function shorten(text, length) {
    const characters = Array.from(text);
    return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : text;
  }

  // A dataset keeps its series and which of the series' numbers it shows, for its tooltips.
  function dataset(series, name, { previous = false, index = 0 } = {}) {
    const numbers = previous ? series.previous : series.values;
    return {
      label: name,
      data: numbers.map((value) => position(value, series)),
      series,
      numbers,
      previous,
      colourName: previous ? "--series-previous" : COLOURS[index % COLOURS.length],
    };
  }

  function lineDatasets(chart, measure) {
    const shown = chart.together
      ? chart.series
      : chart.series.filter((each) => each === measure || each.refines === measure.key);
    const sets = shown.map((each, index) => dataset(each, each.label, { index }));
    if (!chart.together && measure.previous) {
      sets.push(dataset(measure, `${measure.label}, before`, { previous: true }));
    }
    const few = chart.labels.length < 15;
    return sets.map((set, index) => ({
      ...set,
      borderColor: colour(set.colourName),
      backgroundColor: index === 0 && !chart.together ? colour("--series-1-soft") : "transparent",
      pointBackgroundColor: colour(set.colourName),
      fill: index === 0 && !chart.together ? "origin" : false,
      borderDash: set.previous ? [5, 4] : [],
      borderWidth: set.previous ? 1.5 : 2.25,
      pointRadius: few && !set.previous ? 3 : 0,
      pointHoverRadius: 4,
      tension: 0,
    }));
  }

  // Bars of one unit; a series of another unit (a cumulative share) is told in the tooltip.
  function barDatasets(chart) {
    const [first] = chart.series;
    const sets = chart.series
      .filter((each) => each.unit === first.unit)
      .flatMap((each, index) => {
        const own = dataset(each, each.label, { index });
        return each.previous ? [own, dataset(each, `${each.label}, before`, { previous: true })] : [own];
      });
    return sets.map((set) => ({
      ...set,
      backgroundColor: colour(set.previous ? "--series-previous-soft" : set.colourName),
      borderRadius: 3,
      categoryPercentage: 0.72,
      barPercentage: 0.92,
    }));
  }

  function tooltip(chart) {
    const others = chart.kind === "bar"
      ? chart.series.filter((each) => each.unit !== chart.series[0].unit)
      : [];
    return {
      backgroundColor: colour("--text"),
      titleColor: colour("--surface"),
      bodyColor: colour("--surface"),
      padding: 10,
      cornerRadius: 6,
      boxPadding: 4,
      callbacks: {
        title: ([item]) => shorten(chart.labels[item.dataIndex], 60),
        label: (item) => {
          const { series, numbers, previous, label } = item.dataset;
          const when = previous && chart.previousLabels ? chart.previousLabels[item.dataIndex] : null;
          return `${when ? `${label} (${when})` : label}: ${spell(numbers[item.dataIndex], series)}`;
        },
        labelColor: (item) => ({
          borderColor: "transparent",
          backgroundColor: item.dataset.borderColor || item.dataset.backgroundColor,
        }),
        afterBody: ([item]) =>
          others.map((each) => `${each.label}: ${spell(each.values[item.dataIndex], each)}`),
      },
    };
  }

  function scales(chart, series) {
    const narrow = window.innerWidth < 480;
    const ticks = { color: colour("--muted"), font: { size: 12 } };
    const value = {
      beginAtZero: true,
      grid: { color: colour("--grid") },
      border: { display: false },
      ticks: { ...ticks, maxTicksLimit: 6, callback: (number) => compact.format(number) + series.suffix },
      title: { display: Boolean(series.prefix), text: series.prefix.trim(), color: colour("--muted") },
    };
    const names = {
      grid: { display: false },
      border: { color: colour("--line") },
      ticks: {
        ...ticks,
        autoSkip: chart.kind === "line",
        autoSkipPadding: 16,
        maxRotation: chart.kind === "line" ? 0 : 45,
        callback: (_, index) =>
          chart.ticks ? chart.ticks[index] : shorten(chart.labels[index], narrow ? 14 : 28),
      },
    };
    return chart.horizontal ? { x: value, y: names } : { x: names, y: value };
  }

  function configuration(chart, measure) {
    return {
      type: chart.kind,
      data: {
        labels: chart.labels,
        datasets: chart.kind === "line" ? lineDatasets(chart, measure) : barDatasets(chart),
      },
      options: {
        indexAxis: chart.horizontal ? "y" : "x",
        responsive: true,
        maintainAspectRatio: false,
        animation: still ? false : { duration: 250 },
        interaction: { mode: "index", axis: chart.horizontal ? "y" : "x", intersect: false },
        plugins: { legend: { display: false }, tooltip: tooltip(chart) },
        scales: scales(chart, measure),
      },
    };
  }

  function drawLegend(chart, drawn, hidden) {
    const place = find("legend", chart.key);
    place.replaceChildren(
      ...drawn.data.datasets.map((set, index) => {
        const button = document.createElement("button");
        const line = document.createElement("i");
        button.type = "button";
        line.style.color = set.borderColor || set.backgroundColor;
        line.classList.toggle("dashed", Boolean(set.borderDash && set.borderDash.length));
        button.append(line, set.label);
        const show = (visible) => {
          button.setAttribute("aria-pressed", String(visible));
          drawn.setDatasetVisibility(index, visible);
          hidden[visible ? "delete" : "add"](set.previous ? "previous" : set.series.key);
        };
        button.addEventListener("click", () => {
          show(!drawn.isDatasetVisible(index));
          drawn.update();
        });
        show(!hidden.has(set.previous ? "previous" : set.series.key));
        return button;
      }),
    );
    drawn.update("none");
  }

  function measureSwitch(chart, choices, onChange) {
    if (chart.together || chart.kind !== "line" || choices.length < 2) return;
    const label = document.createElement("label");
    const select = document.createElement("select");
    choices.forEach((series) => select.add(new Option(series.label, series.key)));
    select.addEventListener("change", () =>
      onChange(choices.find((series) => series.key === select.value)));
    label.append("Measure", select);
    find("controls", chart.key).append(label);
  }

  function present(chart) {
    const place = find("plot", chart.key);
    const choices = chart.series.filter((each) => !each.refines);
    const hidden = new Set();
    let measure = choices[0];
    let drawn = null;
    if (!place || !measure || !chart.labels.length) return () => {};
    if (chart.horizontal) place.style.height = `${chart.labels.length * 2.5 + 4}rem`;
    const draw = () => {
      if (drawn) drawn.destroy();
      drawn = new Chart(place.querySelector("canvas"), configuration(chart, measure));
      drawLegend(chart, drawn, hidden);
    };
    measureSwitch(chart, choices, (chosen) => {
      measure = chosen;
      draw();
    });
    draw();
    return draw;
  }

  const redraws = data.charts.map(present);
  const redraw = () => redraws.forEach((draw) => draw());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();
