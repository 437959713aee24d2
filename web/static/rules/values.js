/* The values of expressions: numbers, texts, truths, days and series of them, one made into the other
   as in the server's rules/forms/expressions/values.py: change both. No modern syntax. */
(function () {
  'use strict';
  var NUMBER = /^[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*$/;
  var LONGEST = window.jieliLimits.LONGEST_TEXT,
    DAY = 864e5;

  function isSeries(v) {
    return typeof v === 'object';
  }
  function each(v) {
    return isSeries(v) ? v : [v];
  }
  function first(v) {
    return isSeries(v) ? (v.length ? v[0] : '') : v;
  }
  function points(s) {
    return s.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S]/g) || [];
  }
  function cut(s) {
    return s.length > LONGEST
      ? points(s.slice(0, 2 * LONGEST))
          .slice(0, LONGEST)
          .join('')
      : s;
  }
  function two(n) {
    return (n < 10 ? '0' : '') + n;
  }

  function day(s) {
    var m = /^([1-9][0-9]{3})-([0-9]{2})-([0-9]{2})$/.exec(s);
    var d = m && new Date(Date.UTC(+m[1], m[2] - 1, +m[3]));
    return d && d.getUTCMonth() === m[2] - 1 && d.getUTCDate() === +m[3] ? d : null;
  }
  function dayText(n) {
    return n >= -354285 && n < 2932897
      ? new Date(Math.floor(n) * DAY).toISOString().slice(0, 10)
      : '';
  }

  function num(v) {
    if (typeof v === 'number') {
      return v;
    }
    if (typeof v === 'boolean') {
      return v ? 1 : 0;
    }
    if (isSeries(v)) {
      return num(first(v));
    }
    var m = NUMBER.exec(v),
      d;
    if (m) {
      return Number(m[1]) + 0;
    }
    d = day(v);
    return d ? d.getTime() / DAY : NaN;
  }
  function str(v) {
    if (isSeries(v)) {
      v = first(v);
    }
    if (typeof v !== 'number') {
      return String(v);
    }
    var m = /^(-?)([0-9]+)\.?([0-9]*)e([+-][0-9]+)$/.exec(String(v));
    if (!m) {
      return String(v);
    }
    var digits = m[2] + m[3],
      point = m[2].length + Number(m[4]);
    while (point < 1) {
      digits = '0' + digits;
      point++;
    }
    while (digits.length < point) {
      digits += '0';
    }
    return m[1] + digits.slice(0, point) + (point < digits.length ? '.' + digits.slice(point) : '');
  }
  function truth(v) {
    return typeof v === 'number'
      ? v !== 0 && v === v
      : isSeries(v)
        ? v.length > 0
        : v !== '' && v !== false;
  }

  function tidy(x) {
    var size = Math.abs(x);
    var scale = size < 1e9 ? 1e6 : size < 1e11 ? 1e4 : size < 1e13 ? 1e2 : 0;
    if (!scale) {
      return x;
    }
    var r = Math.floor(size * scale + 0.5) / scale;
    return x > 0 ? r : 0 - r;
  }

  /* A stored answer as a value. */
  function typed(stored, numeric) {
    if (stored === null || stored === undefined) {
      return '';
    }
    if (isSeries(stored)) {
      return stored.join(' ');
    }
    var m = numeric && NUMBER.exec(stored);
    return m ? Number(m[1]) + 0 : stored;
  }

  window.jieliValues = {
    isSeries: isSeries,
    each: each,
    first: first,
    points: points,
    cut: cut,
    two: two,
    day: day,
    dayText: dayText,
    num: num,
    str: str,
    truth: truth,
    tidy: tidy,
    typed: typed
  };
})();
