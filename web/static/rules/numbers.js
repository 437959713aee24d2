/* Calculated numbers of a form, as they are stored. No modern syntax. */
(function () {
  'use strict';
  var speak = window.jieliExpressions,
    LARGEST = window.jieliLimits.LARGEST_NUMBER;

  /* A calculated value as it is stored: four decimals, a half to the even side, by the digits of its
     shortest text. The server's rules/filling/conditions.py does the same: change both. */
  function stored(value) {
    if (Array.isArray(value)) {
      value = value.length ? value[0] : '';
    }
    if (typeof value !== 'number') {
      return String(value);
    }
    if (!isFinite(value) || Math.abs(value) > LARGEST) {
      return '';
    }
    var text = speak.text(value),
      point = text.indexOf('.'),
      rest = point < 0 ? '' : text.slice(point + 5);
    if (!rest) {
      return text;
    }
    var digits = text
      .slice(0, point + 5)
      .replace(/[-.]/g, ''); /* at most fourteen: a whole number */
    var up = rest > '5' || (rest === '5' && digits.slice(-1) % 2 === 1);
    digits = String(Number(digits) + (up ? 1 : 0));
    while (digits.length < 5) {
      digits = '0' + digits;
    }
    digits = (digits.slice(0, -4) + '.' + digits.slice(-4)).replace(/\.?0+$/, '');
    return value < 0 && digits !== '0' ? '-' + digits : digits;
  }

  /* Where a number is due, what is none is nothing. */
  function calculated(value) {
    if (Array.isArray(value)) {
      value = value.length ? value[0] : '';
    }
    var found = speak.typed(value, true),
      text = typeof found === 'number' ? stored(found) : '';
    return text === '' ? '' : Number(text);
  }

  window.jieliNumbers = {stored: stored, calculated: calculated};
})();
