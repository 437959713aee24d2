/* Numbers and days as people type them. The server's rules/forms/field_values.py reads the same: change
   both. No modern syntax. */
(function () {
  'use strict';
  var LIMITS = window.jieliLimits;
  var DAY = /^(\d{4})\s*[-/.\u5e74]\s*(\d{1,2})\s*[-/.\u6708]\s*(\d{1,2})\s*\u65e5?$/,
    UNSEEN =
      /[\u00ad\u061c\u200b-\u200f\u2060-\u206f\ufeff]|\u034f|[\u180b-\u180f]|[\ufe00-\ufe0f]/g,
    COMPACT_DAY = /^(\d{4})(\d{2})(\d{2})$/;

  /* Width and look-alikes of digits, signs and blanks, which mean the same. */
  function plain(text) {
    return text
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
  }
  /* A number as people type it, or nothing. Raised or circled digits are none: 10\u00b3 is not 103. */
  function number(text) {
    var digits = plain(text);
    if (digits.length > LIMITS.LONGEST_NUMBER) {
      return '';
    }
    if (/^[+-]?[1-9]\d{0,2}([, ]\d{3})+(\.\d*)?$/.test(digits)) {
      digits = digits.replace(/[, ]/g, '');
    }
    if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(digits) || /\.\d{4}\d*[1-9]/.test(digits)) {
      return '';
    }
    return Math.abs(digits) <= LIMITS.LARGEST_NUMBER ? Number(digits) + 0 : '';
  }
  /* A day as people type it, or nothing. */
  function day(text) {
    var typed = plain(text),
      parts = DAY.exec(typed) || COMPACT_DAY.exec(typed);
    if (!parts || parts[1] < LIMITS.FIRST_YEAR || parts[1] >= LIMITS.LAST_YEAR) {
      return '';
    }
    var found = new Date(Date.UTC(+parts[1], parts[2] - 1, +parts[3]));
    return found.getUTCMonth() === parts[2] - 1 && found.getUTCDate() === +parts[3]
      ? found.toISOString().slice(0, 10)
      : '';
  }

  window.jieliReading = {number: number, day: day};
})();
