// Arithmetic on scaled integers, as the CSV's writer does it: exact, and rounded half to even.
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

  // From `previous` to `value` in hundredths of a percent; null without a base. Of a reduction,
  // which is shown negative, it is the growth.
  function change(value, previous, reduction) {
    if (value === null || previous === null || BigInt(previous) === 0n) return null;
    const sign = reduction ? -1n : 1n;
    const base = BigInt(previous);
    const size = base < 0n ? -base : base;
    return divideHalfEven(sign * (BigInt(value) - base) * 10000n, size);
  }

  globalThis.salesReport.exact = { change, divideHalfEven };
})();
