// Tells the viewer, once for a load of the page, that somebody sees it: after a second on screen.
// A page drawn ahead of time, or in a tab that nobody looks at, is seen by nobody yet. The id of the
// load is random and of no use for anything else; nothing is kept in the browser.
"use strict";
(() => {
  const SEEN_AFTER_MS = 1000;
  const address = `${location.pathname.replace(/\/embed$/, "")}/view`;
  const events = ["visibilitychange", "prerenderingchange"];
  let waiting;

  const newLoad = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");

  const tell = () => {
    events.forEach((event) => document.removeEventListener(event, watch));
    const load = newLoad();
    if (!(navigator.sendBeacon && navigator.sendBeacon(address, load))) {
      fetch(address, { method: "POST", body: load, keepalive: true }).catch(() => {});
    }
  };

  const watch = () => {
    clearTimeout(waiting);
    if (!document.prerendering && document.visibilityState === "visible") {
      waiting = setTimeout(tell, SEEN_AFTER_MS);
    }
  };

  events.forEach((event) => document.addEventListener(event, watch));
  watch();
})();
