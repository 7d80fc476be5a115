// Menus close by Escape and by a click elsewhere; printing is an entry that needs script.
(() => {
  "use strict";

  const { elements } = globalThis.salesReport;

  const DAY = 86400000;
  const MOST_DAYS = 366;

  // The days of a form end with yesterday, where the shop is, and are a year at most.
  function limit(form) {
    const [first, last] = ["first", "last"].map((name) => form.elements.namedItem(name));
    const spelled = new Intl.DateTimeFormat("en-CA", { timeZone: form.dataset.days || undefined });
    const yesterday = spelled.format(Date.now() - DAY);
    const follow = () => {
      first.max = yesterday;
      last.min = first.value || first.min;
      const most = first.valueAsNumber + (MOST_DAYS - 1) * DAY;
      const latest = Number.isNaN(most) ? yesterday : new Date(most).toISOString().slice(0, 10);
      last.max = latest < yesterday ? latest : yesterday;
    };
    form.addEventListener("input", follow);
    follow();
  }

  function menus({ words }) {
    document.querySelectorAll("form[data-days]").forEach(limit);
    for (const menu of document.querySelectorAll("details.menu")) {
      const summary = menu.querySelector("summary");
      document.addEventListener("click", (event) => {
        if (!menu.contains(event.target)) menu.open = false;
      });
      menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        summary.focus();
      });
    }
    const downloads = document.querySelector("[data-downloads] .menu-items");
    if (!downloads) return;
    const button = elements.make("button", { type: "button" }, words.print);
    button.addEventListener("click", () => {
      button.closest("details").open = false;
      window.print();
    });
    downloads.append(button);
  }

  globalThis.salesReport.menus = menus;
})();
