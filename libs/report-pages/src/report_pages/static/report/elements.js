// Makes elements; texts are only ever texts. Whatever exists by script alone is made here, so that
// nothing dead stands on the page without it.
(() => {
  "use strict";

  let labels = 0;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // A select with its label; `options` are [value, text] pairs.
  function choice(label, options, onChange) {
    const id = `choice-${(labels += 1)}`;
    const select = make("select", { id });
    const offer = (pairs, value) => {
      select.replaceChildren(...pairs.map(([key, text]) => new Option(text, key)));
      select.value = value;
    };
    offer(options, options[0]?.[0]);
    select.addEventListener("change", () => onChange(select.value));
    const element = make("div", { class: "choice" }, make("label", { for: id }, label), select);
    return { element, offer };
  }

  // Buttons of which one is pressed; `options` are [value, text] pairs.
  function segments(label, options, onChange) {
    const group = make("div", { class: "segments", role: "group", "aria-label": label });
    const buttons = options.map(([value, text]) => {
      const button = make("button", { type: "button", value }, text);
      button.addEventListener("click", () => onChange(value));
      return button;
    });
    group.append(...buttons);
    const press = (value) =>
      buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.value === value)));
    return { element: group, press };
  }

  // Says something to those who listen to the page; the newest replaces what was said before.
  const region = make("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
  document.body.append(region);
  const announce = (text) => {
    region.textContent = text;
  };

  globalThis.salesReport.elements = { announce, choice, make, segments };
})();
