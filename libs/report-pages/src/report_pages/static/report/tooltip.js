// The tooltip, beside the pointer: what the reading says of a point, in the page's colours turned over.
(() => {
  "use strict";

  const { axes, numberFormat, palette, dataPoints } = globalThis.salesReport;

  const WIDEST = 60;

  // `telling` knows the page and what of the chart is visible.
  function tooltip(reading, telling) {
    const lines = (index) => dataPoints.lines(reading, index, telling);
    const isOf = (set, line) => line.key === set.key && line.previous === set.previous;
    const hasOwner = (line, items) => items.some(({ dataset }) => isOf(dataset, line));
    return {
      rtl: axes.rightToLeft,
      textDirection: document.documentElement.dir || "ltr",
      backgroundColor: palette.colour("--text"),
      titleColor: palette.colour("--surface"),
      bodyColor: palette.colour("--surface"),
      titleFont: { family: palette.font() },
      bodyFont: { family: palette.font() },
      multiKeyBackground: "transparent",
      padding: 10,
      cornerRadius: 6,
      boxPadding: 4,
      callbacks: {
        title: ([item]) => numberFormat.shortened(reading.titles[item.dataIndex], WIDEST),
        label: (item) => lines(item.dataIndex).find((each) => isOf(item.dataset, each))?.text ?? "",
        labelColor: (item) => {
          const { borderColor, backgroundColor } = item.dataset;
          const own = borderColor || backgroundColor;
          const colour = Array.isArray(own) ? own[item.dataIndex] : own;
          return { borderColor: "transparent", backgroundColor: colour };
        },
        afterBody: (items) =>
          lines(items[0].dataIndex)
            .filter((each) => !hasOwner(each, items))
            .map((each) => each.text),
      },
    };
  }

  globalThis.salesReport.tooltip = tooltip;
})();
