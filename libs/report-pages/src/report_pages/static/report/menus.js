// Menus close by Escape and by a click elsewhere; printing is an entry that needs script.
(() => {
  "use strict";

  const { elements } = globalThis.salesReport;

  function menus({ words }) {
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
