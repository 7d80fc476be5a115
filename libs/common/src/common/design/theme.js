// Applies the theme that the reader chose before anything is painted, on every page. It stands in
// <head> as a classic script that the parser waits for: later, the page would flash.
(() => {
  "use strict";

  const KEY = "report-theme";
  const THEMES = ["system", "light", "dark"];
  const root = document.documentElement;

  // Storage may be refused (private windows, policies): then the choice lasts as long as the page.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Nothing is lost but the memory of it.
    }
  };

  let chosen = "system";
  const apply = (theme) => {
    chosen = THEMES.includes(theme) ? theme : "system";
    if (chosen === "system") delete root.dataset.theme;
    else root.dataset.theme = chosen;
    document.dispatchEvent(new Event("themechange"));
  };

  root.classList.add("js");
  apply(remembered());
  window.addEventListener("storage", (event) => event.key === KEY && apply(event.newValue));
  window
    .matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => document.dispatchEvent(new Event("themechange")));

  globalThis.salesReport = {
    theme: {
      THEMES,
      chosen: () => chosen,
      choose: (theme) => {
        remember(theme);
        apply(theme);
      },
    },
  };
})();
