/* Numbers and days of a form: as they are typed, and as they are stored. No modern syntax. */
(function () {
  'use strict';
  var speak = window.jieliExpressions,
    LARGEST = window.jieliLimits.LARGEST_NUMBER,
    UNSEEN =
      /[\u00ad\u061c\u200b-\u200f\u2060-\u206f\ufeff]|\u034f|[\u180b-\u180f]|[\ufe00-\ufe0f]/g;

  /* A number as people type it, or nothing. The server's rules/forms/field_values.py reads the same:
     change both. Raised or circled digits are none: 10\u00b3 is not 103. */
  function number(text) {
    var plain = text
      .replace(UNSEEN, '')
      .replace(/[\uff01-\uff5e]/g, function (wide) {
        return String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
      })
      .replace(/[\u2212\u2013\u2014\ufe58\ufe63]/g, '-')
      .replace(/\ufe62/g, '+')
      .replace(/[\u3002\uff61\ufe52]/g, '.')
      .replace(/['\ufe50]/g, ',')
      .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
      .trim();
    if (plain.length > window.jieliLimits.LONGEST_NUMBER) {
      return '';
    }
    if (/^[+-]?[1-9]\d{0,2}([, ]\d{3})+(\.\d*)?$/.test(plain)) {
      plain = plain.replace(/[, ]/g, '');
    }
    if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(plain) || /\.\d{4}\d*[1-9]/.test(plain)) {
      return '';
    }
    return Math.abs(plain) <= LARGEST ? Number(plain) + 0 : '';
  }
  /* A day as people type it; what is none stays as it is. */
  function day(text) {
    var parts = /^(\d{4})\s*[-/.\u5e74]\s*(\d{1,2})\s*[-/.\u6708]\s*(\d{1,2})\s*\u65e5?$/.exec(
      text
    );
    return parts ? [parts[1], two(parts[2]), two(parts[3])].join('-') : text;
  }
  function two(digits) {
    return ('0' + digits).slice(-2);
  }
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

  window.jieliNumbers = {number: number, day: day, stored: stored, calculated: calculated};
})();
