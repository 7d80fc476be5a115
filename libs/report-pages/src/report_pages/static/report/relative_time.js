// Relative times: how long ago, or ahead, the page's moments are, beside when that was. Days are those of the
// calendar, in the zone that the moment is told in: "tomorrow" is the next date.
(() => {
  "use strict";

  const { numberFormat } = globalThis.salesReport;

  const EVERY = 30_000;
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;

  const format = new Intl.RelativeTimeFormat(numberFormat.language, { numeric: "auto" });

  function datesOf(zone) {
    const options = { calendar: "gregory", numberingSystem: "latn", year: "numeric", month: "numeric", day: "numeric" };
    try {
      return new Intl.DateTimeFormat("en", { ...options, timeZone: zone });
    } catch {
      return new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" }); // a zone that the browser does not know
    }
  }

  function dayOf(moment, dates) {
    const parts = Object.fromEntries(dates.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.year, parts.month - 1, parts.day) / DAY;
  }

  const nearest = (count) => Math.sign(count) * Math.round(Math.abs(count));

  function relative(moment, now, dates) {
    const minutes = nearest((moment - now) / MINUTE);
    if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
    const hours = nearest((moment - now) / HOUR);
    const days = dayOf(moment, dates) - dayOf(now, dates);
    return Math.abs(hours) < 24 || !days ? format.format(hours, "hour") : format.format(days, "day");
  }

  function relativeTime() {
    const moments = [...document.querySelectorAll("time[data-relative]")]
      .map((time) => [Date.parse(time.dateTime), datesOf(time.dataset.relative), time.parentElement.querySelector(".ago")])
      .filter(([moment, , place]) => place && !Number.isNaN(moment));
    const tell = () =>
      moments.forEach(([moment, dates, place]) => {
        place.textContent = relative(moment, Date.now(), dates);
      });
    tell();
    setInterval(tell, EVERY);
  }

  globalThis.salesReport.relativeTime = relativeTime;
})();
