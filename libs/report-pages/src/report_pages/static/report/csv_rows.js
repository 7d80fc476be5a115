// Rows of the report's CSV, as the worker writes it: read from the address of the page itself, some
// thousands at a time. Numbers become scaled integers, as exact as they are in the CSV.
(() => {
  "use strict";

  const TRIES = 12;
  const GUARDED = /^'[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u208c\u208a\u2a75\u2a76\ufb29\t\r\n]/;

  // The records of RFC 4180: cells in quotes may hold commas, line breaks and doubled quotes.
  function records(text) {
    const found = [];
    let record = [];
    const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
    while (cell.lastIndex < text.length) {
      const [, quoted, plain, end] = cell.exec(text);
      record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      if (end === ",") continue;
      found.push(record);
      record = [];
    }
    if (record.length) found.push(record);
    return found;
  }

  // Text that a spreadsheet would run has an apostrophe in front, which is none of its own.
  const text = (cell) => (cell === "" ? null : GUARDED.test(cell) ? cell.slice(1) : cell);

  const number = (cell) => (cell === "" ? null : BigInt(cell.replace(".", "")));

  class CsvRows {
    constructor([names, ...rows]) {
      this.names = names;
      this.places = new Map(names.map((name, place) => [name, place]));
      this.rows = rows;
      this.columns = new Map();
    }

    // These rows and then those of others, which have the same columns.
    with(others) {
      return new CsvRows([this.names, ...[this, ...others].flatMap(({ rows }) => rows)]);
    }

    get count() {
      return this.rows.length;
    }

    // A column's cells, as integers or as texts; null for those that are empty.
    column(key, read) {
      if (!this.columns.has(key)) {
        const place = this.places.get(key);
        const cells = this.rows.map((row) => (place === undefined ? null : read(row[place] ?? "")));
        this.columns.set(key, cells);
      }
      return this.columns.get(key);
    }

    texts(key) {
      return this.column(key, text);
    }

    numbers(key) {
      return this.column(key, number);
    }
  }

  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  // A CSV that is still written is asked for again, as often as a reader may be thought to stay.
  async function answered(path) {
    for (let left = TRIES; ; left -= 1) {
      const answer = await fetch(path, { headers: { Accept: "text/csv" } });
      const seconds = Number(answer.headers.get("Retry-After"));
      if (answer.status !== 503 || left === 1 || !seconds) return answer;
      await pause(seconds);
    }
  }

  const asOf = () => Date.parse(document.querySelector(".facts time").dateTime);

  // One page of the rows, from 1 on; rejects when it does not come, or is of other data than the
  // page: figures of two moments in one table would be none.
  async function load(page) {
    const report = location.pathname.replace(/\/embed$/, "");
    const path = `${report}/rows${page > 1 ? `/${page}` : ""}`;
    const answer = await answered(path);
    if (!answer.ok) throw new Error(`rows: ${answer.status}`);
    if (Date.parse(answer.headers.get("X-Data-As-Of")) !== asOf()) throw new Error("rows: other data");
    return new CsvRows(records(await answer.text()));
  }

  globalThis.salesReport.csvRows = { PAGE: 2000, load };
})();
