/* What stands between two values of an expression: arithmetic and comparing. No modern syntax. */
(function () {
  'use strict';
  var values = window.jieliValues,
    isSeries = values.isSeries,
    each = values.each,
    first = values.first,
    num = values.num,
    truth = values.truth,
    tidy = values.tidy;

  function equal(a, b) {
    if (typeof a === 'boolean' || typeof b === 'boolean') {
      return truth(a) === truth(b);
    }
    if (typeof a === 'number' || typeof b === 'number') {
      return num(a) === num(b);
    }
    return a === b;
  }
  var ARITHMETIC = {
    '+': function (a, b) {
      return tidy(a + b);
    },
    '-': function (a, b) {
      return tidy(a - b);
    },
    '*': function (a, b) {
      return tidy(a * b);
    },
    div: function (a, b) {
      return tidy(a / b);
    },
    mod: function (a, b) {
      var r = tidy(a % b);
      return Math.abs(r) === Math.abs(b) ? 0 : r;
    }
  };
  var COMPARE = {
    '=': equal,
    '!=': function (a, b) {
      return !equal(a, b);
    },
    '<': function (a, b) {
      return num(a) < num(b);
    },
    '<=': function (a, b) {
      return num(a) <= num(b);
    },
    '>': function (a, b) {
      return num(a) > num(b);
    },
    '>=': function (a, b) {
      return num(a) >= num(b);
    }
  };
  function compare(sign, a, b) {
    if (isSeries(a) && typeof b === 'boolean') {
      a = truth(a);
    }
    if (isSeries(b)) {
      b = typeof a === 'boolean' ? truth(b) : isSeries(a) ? first(b) : b;
    }
    var left = each(a),
      right = each(b),
      i,
      j;
    for (i = 0; i < left.length; i++) {
      for (j = 0; j < right.length; j++) {
        if (COMPARE[sign](left[i], right[j])) {
          return true;
        }
      }
    }
    return false;
  }

  window.jieliOperators = {ARITHMETIC: ARITHMETIC, compare: compare};
})();
