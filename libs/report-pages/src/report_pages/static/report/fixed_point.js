// Fixed-point arithmetic on scaled integers, as the CSV's writer does it: exact, and rounded half to even.
(() => {
  "use strict";

  function divideHalfEven(numerator, denominator) {
    if (denominator < 0n) return divideHalfEven(-numerator, -denominator);
    let quotient = numerator / denominator;
    let remainder = numerator % denominator;
    if (remainder < 0n) {
      quotient -= 1n;
      remainder += denominator;
    }
    const twice = 2n * remainder;
    const up = twice > denominator || (twice === denominator && quotient % 2n !== 0n);
    return up ? quotient + 1n : quotient;
  }

  const TINY = 100n;
  const WHOLE = 10000n;
  const MOST = 100000n;
  const positive = (number) => (number < 0n ? -number : number);

  // From `previous` to `value`, as the server tells it: percent of a positive base that is not
  // tiny, beyond 1,000 % a multiple, of percentages points, else the difference, so that less is not
  // told as none left; null without figures. Of a reduction, which is shown negative, it is the growth.
  function change(value, previous, { unit, reduction }) {
    if (value === null || previous === null) return null;
    const sign = reduction ? -1n : 1n;
    const [now, base] = [sign * BigInt(value), sign * BigInt(previous)];
    if (unit === "percent") return { kind: "points", value: now - base };
    const difference = { kind: "difference", value: now - base };
    if (base <= 0n || positive(now) > TINY * base) return difference;
    const percents = divideHalfEven((now - base) * WHOLE, base);
    if (percents > MOST) return { kind: "multiple", value: divideHalfEven(now * 100n, base) };
    if (percents < -MOST || (percents === 0n && now !== base)) return difference;
    if (percents === -WHOLE && now !== 0n) return difference;
    return { kind: "percent", value: percents };
  }

  // The same of figures that were rounded, from the change of the exact ones in percents or points, which
  // is null where there is no base for it (`changes.change_from`).
  function changeFrom(told, value, previous, { unit, reduction }) {
    if (value === null || previous === null) return null;
    if (unit === "percent") return told === null ? null : { kind: "points", value: told };
    const sign = reduction ? -1n : 1n;
    const difference = { kind: "difference", value: sign * (value - previous) };
    if (told === null || told < -MOST) return difference;
    if (told > MOST) return { kind: "multiple", value: divideHalfEven(told + WHOLE, 100n) };
    if ((told === 0n && value !== previous) || (told === -WHOLE && value !== 0n)) return difference;
    return { kind: "percent", value: told };
  }

  // What is shown less what is shown of before: the change where that is a difference, which was taken
  // before they were rounded, and of a reduction is that of its size.
  function difference(now, before, change, reduction) {
    if (now === null || before === null) return null;
    if (!["difference", "points"].includes(change?.kind)) return now - before;
    return (reduction ? -1n : 1n) * BigInt(change.value);
  }

  // A change as it stands beside the two: a mere difference is one of what is shown.
  function signed(change, reduction) {
    if (change?.kind !== "difference" || !reduction) return change;
    return { kind: change.kind, value: -BigInt(change.value) };
  }

  // Whether there is some of what there was nothing of.
  const isNew = (change, before) =>
    change?.kind === "difference" && BigInt(change.value) > 0n && before === 0n;

  globalThis.salesReport.fixedPoint = { change, changeFrom, difference, divideHalfEven, isNew, signed };
})();
