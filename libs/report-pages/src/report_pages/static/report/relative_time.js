// Relative times: how long ago, or ahead, the page's moments are, beside when that was.
(() => {
  "use strict";

  const { numberFormat } = globalThis.salesReport;

  const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
  const EVERY = 30_000;

  const format = new Intl.RelativeTimeFormat(numberFormat.language, { numeric: "auto" });

  function relative(seconds) {
    const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) || ["minute", 60];
    return format.format(Math.trunc(seconds / length), unit);
  }

  function relativeTime() {
    const moments = [...document.querySelectorAll("time[data-relative]")]
      .map((time) => [Date.parse(time.dateTime), time.parentElement.querySelector(".ago")])
      .filter(([moment, place]) => place && !Number.isNaN(moment));
    const tell = () =>
      moments.forEach(([moment, place]) => {
        place.textContent = relative((moment - Date.now()) / 1000);
      });
    tell();
    setInterval(tell, EVERY);
  }

  globalThis.salesReport.relativeTime = relativeTime;
})();
