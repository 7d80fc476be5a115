// Lists of products: which of them are shown, and in which order, by what the reader chose.
(() => {
  "use strict";

  const { numberFormat, order } = globalThis.salesReport;

  const REVERSALS = "returns";

  const plain = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase(numberFormat.language);

  // Downwards by a number of each row; those without one are last, ties as they are.
  function downwards(places, numbers) {
    const known = places.filter((place) => numbers[place] !== null);
    const below = (one, other) => (one < other ? 1 : Number(one > other) * -1);
    known.sort((one, other) => below(numbers[one], numbers[other]) || one - other);
    return [...known, ...places.filter((place) => numbers[place] === null)];
  }

  const negated = (numbers) => numbers.map((each) => (each === null ? null : -each));

  // What each list leaves of `places`, in its order; `figures` are those of the measure.
  const LISTS = {
    best: (places, { sizes }) => downwards(places, sizes),
    gaining: (places, { differences }) =>
      downwards(places.filter((each) => differences[each] > 0n), differences),
    losing: (places, { differences }) =>
      downwards(places.filter((each) => differences[each] < 0n), negated(differences)),
    reversed: (places, { sizes }) => downwards(places.filter((each) => sizes[each] > 0n), sizes),
  };

  function listed(list, measure, figures, places) {
    const sizes = figures.map((each) => measure.size(each));
    const differences = figures.map((each) => each.difference);
    return LISTS[list](places, { sizes, differences });
  }

  // The places of the rows that say every word looked for, and are of the class and the category.
  function filtered(rows, { find, abc, category }) {
    const words = plain(find).split(/\s+/).filter(Boolean);
    const texts = words.length ? searched(rows) : [];
    const [classes, categories] = ["abc_class", "category"].map((key) => rows.texts(key));
    return [...rows.rows.keys()].filter(
      (place) =>
        words.every((word) => texts[place].includes(word)) &&
        (!abc || classes[place] === abc) &&
        (!category || categories[place] === category),
    );
  }

  function searched(rows) {
    rows.searched ??= rows.texts("product").map((name, place) =>
      plain([name, ...["sku", "category", "product_id"].map((key) => rows.texts(key)[place])].join(" ")));
    return rows.searched;
  }

  // What the rows have in a column, each once, as the language sorts it.
  function values(rows, key) {
    const found = [...new Set(rows.texts(key))].filter(Boolean);
    return order(found, false).map((place) => found[place]);
  }

  globalThis.salesReport.productLists = { LISTS, REVERSALS, filtered, listed, values };
})();
