// Number format: spells figures from scaled integers with the symbols that the server spells the tables with, so
// that a figure reads the same everywhere on the page, whatever the browser knows of the language.
// Only an axis, which shows round numbers, is left to the browser.
(() => {
  "use strict";

  const language = document.documentElement.lang || "en";
  const plural = new Intl.PluralRules(language);
  const latin = { numberingSystem: "latn" };

  const MOST_DECIMALS = 8;

  // How many decimals a number has, but for what is left of reckoning in floats.
  const decimalsOf = (number) =>
    Math.abs(number % 1).toFixed(MOST_DECIMALS).replace(/0+$/, "").length - "0.".length;

  class Figures {
    constructor({ symbols, exponents, nothing, currency, dates }) {
      this.dates = dates;
      this.symbols = symbols;
      this.exponents = exponents;
      this.nothing = nothing;
      this.currency = currency;
    }

    // A scaled integer (or a decimal string of one too large for a number) of `unit` in full.
    spell(value, unit, decimals = this.exponents[unit] || 0) {
      if (value === null || value === undefined) return this.nothing;
      const text = String(value);
      const negative = text.startsWith("-");
      const number = this.#number(negative ? text.slice(1) : text, decimals);
      const [before, after] = this.symbols[negative ? `${unit}Negative` : unit] || [
        negative ? this.symbols.minus : "",
        "",
      ];
      return before + number + after;
    }

    // A figure as a cell of a table: money without its sign, which the head of the column names.
    cell(value, unit) {
      if (unit !== "money" || value === null || value === undefined) return this.spell(value, unit);
      const text = String(value);
      const negative = text.startsWith("-");
      const number = this.#number(negative ? text.slice(1) : text, this.exponents.money || 0);
      return negative ? this.symbols.minus + number : number;
    }

    // A difference of two figures of `unit` as a cell, with its sign; of percents in points.
    difference(value, unit) {
      const told = this.cell(value, unit === "percent" ? "points" : unit);
      return value !== null && BigInt(value) > 0n ? `+${told}` : told;
    }

    // A change of a figure of `unit`, with its sign.
    change({ kind, value }, unit, words) {
      if (kind === "multiple") return words.times.replace("{number}", this.spell(value, "points"));
      const sign = BigInt(value) > 0n ? "+" : "";
      if (kind === "difference") return sign + this.spell(value, unit);
      if (kind === "percent") return sign + this.spell(value, "percent");
      return words.points.replace("{number}", sign + this.spell(value, "points"));
    }

    // A text of the CSV as a cell; a day as the language writes it.
    day(value, unit) {
      if (unit !== "date") return value;
      const [year, month, day] = value.split("-").map(Number);
      const weekday = (new Date(`${value}T00:00Z`).getUTCDay() + 6) % 7;
      const { pattern, weekdays, months } = this.dates;
      const parts = { y: year, M: month, d: day, MMM: months[month - 1], E: weekdays[weekday] };
      return pattern.replace(/\{(\w+)\}/g, (_, field) => parts[field] ?? parts[field[0]]);
    }

    // Where a figure lies on an axis.
    position(value, unit) {
      return value === null ? null : Number(value) / 10 ** (this.exponents[unit] || 0);
    }

    // Spells the numbers along an axis, each exactly: with as many decimals as their steps have, and where
    // thousands are told in brief with those that it takes.
    axis(unit, numbers) {
      const decimals = Math.max(...numbers.map(decimalsOf));
      const inBrief = unit !== "percent" && numbers.some((each) => Math.abs(each) >= 1000);
      const digits = {
        ...latin,
        minimumFractionDigits: inBrief ? 0 : decimals,
        maximumFractionDigits: inBrief ? MOST_DECIMALS : decimals,
      };
      const compact = { ...digits, notation: "compact", useGrouping: true };
      const options = {
        percent: { ...digits, style: "percent" },
        money: this.currency ? { ...compact, style: "currency", currency: this.currency } : compact,
      };
      const format = new Intl.NumberFormat(language, options[unit] || compact);
      const scale = unit === "percent" ? 100 : 1;
      // There is a -0, which would be told with a minus.
      return numbers.map((each) => format.format((each || 0) / scale).replace("-", this.symbols.minus));
    }

    // The form of a text that goes with a whole number, with that and others in it. There are none for
    // millions alone.
    counted(forms, count, others = {}) {
      const told = forms[plural.select(count)] ?? forms.other ?? forms.many;
      const numbers = { count, ...others };
      return told.replace(/\{(\w+)\}/g, (_, name) => this.spell(numbers[name], "count"));
    }

    #number(digits, exponent) {
      const padded = digits.padStart(exponent + 1, "0");
      const whole = padded.slice(0, padded.length - exponent);
      const fraction = padded.slice(padded.length - exponent);
      return this.#grouped(whole) + (fraction && this.symbols.decimal + fraction);
    }

    #grouped(whole) {
      const { primary, secondary, group } = this.symbols;
      if (whole.length <= primary) return whole;
      const groups = [whole.slice(-primary)];
      let rest = whole.slice(0, -primary);
      while (rest) {
        groups.unshift(rest.slice(-secondary));
        rest = rest.slice(0, -secondary);
      }
      return groups.join(group);
    }
  }

  // A text of the shop's inside another: marks that turn the direction end with it.
  const isolated = (text) => `\u2068${text}\u2069`;

  function shortened(text, length) {
    const characters = Array.from(text);
    return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : text;
  }

  globalThis.salesReport.numberFormat = { Figures, isolated, language, shortened };
})();
