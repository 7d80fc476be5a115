// The theme picker: light, dark, or as the system has it.
(() => {
  "use strict";

  const { elements, theme } = globalThis.salesReport;

  function themePicker({ words }) {
    const place = document.querySelector("[data-toolbar]");
    if (!place) return;
    const options = theme.THEMES.map((each) => [each, words.themes[each]]);
    const choice = elements.choice(words.theme, options, theme.choose);
    const reflect = () => choice.offer(options, theme.chosen());
    place.append(choice.element);
    document.addEventListener("themechange", reflect);
    reflect();
  }

  globalThis.salesReport.themePicker = themePicker;
})();
