// What a page does beyond its forms: the theme is chosen, an address is copied, the section is seen.
// Without it every form still works.
(() => {
  "use strict";

  const picker = document.querySelector("[data-theme-picker]");
  if (picker) {
    const { theme } = globalThis.salesReport;
    const names = picker.dataset.names.split("|");
    const label = document.createElement("label");
    label.htmlFor = "theme";
    label.textContent = picker.dataset.label;
    const select = document.createElement("select");
    select.id = "theme";
    select.className = "field";
    theme.THEMES.forEach((value, number) => {
      select.add(new Option(names[number], value, false, value === theme.chosen()));
    });
    select.addEventListener("change", () => theme.choose(select.value));
    picker.append(label, select);
  }

  // On a phone the sections are a strip that is scrolled: the one that is open shows where one is.
  document
    .querySelector(".side nav [aria-current]")
    ?.scrollIntoView({ block: "nearest", inline: "center" });

  // An address of this service, as it is reached here.
  for (const field of document.querySelectorAll("input[data-here]")) {
    field.value = location.origin + new URL(field.value).pathname;
  }

  // The browser's own time zone is proposed.
  for (const field of document.querySelectorAll("input[data-own-zone]")) {
    field.value = new Intl.DateTimeFormat().resolvedOptions().timeZone || field.value;
  }

  // A colour is picked, or written beside it: an empty text is the colour of before, and stays so.
  for (const picker of document.querySelectorAll("input[data-colour]")) {
    const field = document.getElementById(picker.dataset.colour);
    const follow = () => {
      const [hex] = field.value.match(/[0-9a-f]{6}$/i) ?? [];
      if (hex) picker.value = `#${hex}`;
    };
    follow();
    picker.hidden = false;
    picker.addEventListener("input", () => {
      field.value = picker.value;
    });
    field.addEventListener("input", follow);
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = button.dataset.done;
      } catch {
        field.focus();
        field.select();
      }
    });
  }

  for (const all of document.querySelectorAll("input[data-all]")) {
    const boxes = [...document.querySelectorAll(`input[name="${all.dataset.all}"]`)];
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
    });
  }

  // What is chosen in a form is shown beside it; whole days alone, of a calendar that is filled in.
  for (const frame of document.querySelectorAll("iframe[data-preview]")) {
    const form = document.getElementById(frame.dataset.preview);
    // Of the sections that may be left out those of the chosen reports are offered; the report that
    // opens first is on its board in any case.
    const others = [...form.querySelectorAll("input[name=also]")];
    const reports = () => {
      const { value } = form.elements.report;
      const also = others.filter((each) => each.checked).map((each) => each.value);
      return [...new Set([value, ...also])];
    };
    const offer = () => {
      for (const each of others) {
        each.closest("label").hidden = each.value === form.elements.report.value;
      }
      for (const group of form.querySelectorAll("[data-of]")) {
        group.hidden = !reports().includes(group.dataset.of);
      }
    };
    // A section is left out of every report of the board that has one of its name.
    const boxes = [...form.querySelectorAll("input[name=hide]")];
    const hidden = (report) => {
      const chosen = boxes.filter((each) => each.checked).map((each) => each.value.split("."));
      const names = chosen
        .filter(([of, section]) => !section || reports().includes(of))
        .map(([of, section]) => section ?? of);
      const values = boxes.map((each) => each.value);
      return [...new Set(names)]
        .filter((name) => values.includes(name) || values.includes(`${report}.${name}`))
        .map((name) => (values.includes(name) || name === "with-margin" ? name : `section.${name}`))
        .join("+");
    };
    // The reports of a board are tabs above the frame, in the order of the link's own.
    const board = document.querySelector("[data-board]");
    const tabs = [...(board?.querySelectorAll("[data-report]") ?? [])];
    let tab = form.elements.report.value;
    const show = () => {
      const { report, period, first, last, compare } = form.elements;
      const days = period.value === "dates" ? [first.value, last.value].join("..") : period.value;
      const beside = compare.value === "previous" ? "" : `,${compare.value}`;
      const shown = reports();
      if (!board || !shown.includes(tab)) tab = report.value;
      if (board) board.hidden = shown.length < 2;
      for (const each of tabs) {
        each.hidden = !shown.includes(each.dataset.report);
        each.ariaCurrent = each.dataset.report === tab ? "true" : null;
      }
      if (period.value === "dates" && !(first.value && last.value >= first.value)) return;
      const without = hidden(tab);
      const path = `/admin/reports/${tab}/${days}${beside}${without && `,${without}`}/page`;
      if (path !== frame.dataset.shown) frame.contentWindow.location.replace(path);
      frame.dataset.shown = path;
    };
    for (const each of tabs) {
      each.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        tab = each.dataset.report;
        show();
      });
    }
    let first = form.elements.report.value;
    offer();
    form.addEventListener("change", () => {
      if (form.elements.report.value !== first) tab = first = form.elements.report.value;
      for (const each of reports()) {
        board?.append(...tabs.filter(({ dataset }) => dataset.report === each));
      }
      offer();
      show();
      for (const link of document.querySelectorAll("a[data-follows]")) {
        const address = new URL(link.href);
        for (const field of ["period", "first", "last", "compare"]) {
          address.searchParams.set(field, form.elements[field].value);
        }
        link.href = address.href;
      }
    });
  }

  // Figures that are being prepared are looked for again, each time after longer, a few times, and
  // only while the page is seen. The page comes anew once one of them is otherwise.
  const MOST_LOOKS = 10;
  const waiting = document.querySelector("[data-waiting]");
  // The entry of the history keeps the count over the page's own reload, and over no other.
  let looks = history.state?.looks ?? 0;
  if (looks) history.replaceState(null, "");
  const seen = () =>
    new Promise((go) => {
      const look = () => {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", look);
        go();
      };
      document.addEventListener("visibilitychange", look);
      look();
    });
  const lookAgain = async () => {
    await seen();
    looks += 1;
    try {
      const answer = await fetch(location.href, { headers: { "X-Unattended": "1" } });
      const [, now] = (await answer.text()).match(/ data-waiting="([^"]*)"/) ?? [];
      if (answer.ok && now !== waiting.dataset.waiting) {
        history.replaceState({ looks }, "");
        return location.reload();
      }
    } catch {
      // The network comes back, or the page is opened again.
    }
    return later();
  };
  const later = () => {
    if (looks < MOST_LOOKS) setTimeout(lookAgain, 3000 * 1.5 ** looks);
  };
  if (waiting) later();

  // A click elsewhere, or Escape, closes an open menu.
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
