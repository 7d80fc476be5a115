// The URL's fragment keeps how the page is looked at, so that a view can be sent on:
// #daily.measure=orders&daily.by=week&products.sort=-net_sales. What is not understood is ignored
// by those who read it, and a fragment that names a place on the page changes no view.
(() => {
  "use strict";

  const LONGEST = 2000;
  const listeners = [];
  let settings = read();

  function read() {
    const text = location.hash.slice(1);
    const pairs = text.length <= LONGEST ? [...new URLSearchParams(text)] : [];
    return new Map(pairs.filter(([name, value]) => name.includes(".") && value));
  }

  function write() {
    const fragment = new URLSearchParams([...settings]).toString();
    const page = location.pathname + location.search;
    history.replaceState(null, "", fragment ? `${page}#${fragment}` : page);
  }

  // The settings of one section; `defaults` never stand in the address. What is set is told as the
  // event `viewchange`, to the other parts of the page that show the same section.
  class View {
    constructor(section) {
      this.section = section;
    }

    get(name) {
      return settings.get(`${this.section}.${name}`) ?? null;
    }

    set(name, value) {
      const key = `${this.section}.${name}`;
      if (value === null || value === "") settings.delete(key);
      else settings.set(key, value);
      write();
      document.dispatchEvent(new CustomEvent("viewchange", { detail: key }));
    }

    onChange(listener) {
      listeners.push(listener);
    }
  }

  window.addEventListener("hashchange", () => {
    if (location.hash.length > 1 && !location.hash.includes("=")) return;
    settings = read();
    listeners.forEach((listener) => listener());
  });

  globalThis.salesReport.View = View;
})();
