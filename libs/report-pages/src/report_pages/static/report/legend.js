// The legend: names what is drawn, and takes it away and back: a button for each drawn thing.
(() => {
  "use strict";

  const { elements } = globalThis.salesReport;

  const MARKS = { line: "line", dashed: "dashed", box: "box" };

  function mark(set) {
    if (set.borderDash?.length) return MARKS.dashed;
    return set.borderColor ? MARKS.line : MARKS.box;
  }

  function entry(set, shown, onToggle) {
    const sign = elements.make("i", { class: mark(set), "aria-hidden": "true" });
    const colour = set.borderColor || set.backgroundColor;
    sign.style.color = Array.isArray(colour) ? colour[0] : colour;
    const attributes = { type: "button", "aria-pressed": String(shown), "data-entry": set.key };
    if (set.previous) attributes["data-previous"] = "";
    const button = elements.make("button", attributes, sign, elements.make("bdi", {}, set.label));
    button.addEventListener("click", () => onToggle(set));
    return button;
  }

  // Fills `place` anew; the button that had the focus has it again.
  function legend(place, datasets, isShown, onToggle) {
    const focused = [...place.children].indexOf(document.activeElement);
    const named = datasets.length > 1 ? datasets : [];
    const isOn = (set) => isShown(set.key, set.previous);
    place.replaceChildren(...named.map((set) => entry(set, isOn(set), onToggle)));
    place.children[focused]?.focus();
  }

  globalThis.salesReport.legend = legend;
})();
