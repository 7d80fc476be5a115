// Files dropped on the page go into the form's fields by their names; an import that runs is asked
// for until it ends, and then the page shows how.
(() => {
  "use strict";

  const KINDS = [["refunds", /refund|return/i], ["products", /product|catalog/i], ["stock", /stock|inventor/i], ["orders", /./]];
  const zone = document.querySelector("[data-drop]");
  if (zone) {
    const over = (event, inside) => {
      event.preventDefault();
      zone.classList.toggle("over", inside);
    };
    zone.addEventListener("dragover", (event) => over(event, true));
    zone.addEventListener("dragleave", (event) => over(event, false));
    zone.addEventListener("drop", (event) => {
      over(event, false);
      for (const file of event.dataTransfer.files) {
        const [kind] = KINDS.find(([, name]) => name.test(file.name));
        const transfer = new DataTransfer();
        transfer.items.add(file);
        zone.querySelector(`input[name="${kind}"]`).files = transfer.files;
      }
    });
    zone.addEventListener("submit", () => {
      for (const field of zone.querySelectorAll('input[type="file"]')) {
        field.disabled = field.files.length === 0;
      }
      zone.querySelector("[data-sending]").hidden = false;
    });
  }

  const running = document.querySelector("[data-import]");
  if (running) {
    const bar = running.querySelector("progress");
    const ask = async () => {
      try {
        const answer = await fetch(running.dataset.import, { headers: { Accept: "application/json" } });
        const { state, progress } = await answer.json();
        if (!answer.ok || state === "succeeded" || state === "failed") return location.reload();
        if (progress.totalBytes) bar.value = progress.bytes / progress.totalBytes;
      } catch {
        // The network comes back, or the page is opened again: the import goes on without us.
      }
      return setTimeout(ask, 700);
    };
    setTimeout(ask, 400);
  }
})();
