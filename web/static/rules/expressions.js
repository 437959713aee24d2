/* Evaluates the expressions of a form, as the server's rules/forms/expressions does: change both.
   value(tree, scope), isTrue(tree, scope), text(value), shown(value), typed(text, numeric).
   scope: {answers: {name: number | text | [values of a repeat]}, own, choice, today, budget: {left}}.
   Work is counted as in rules/forms/expressions/budget.py; once none is left, value and isTrue throw. */
(function () {
  'use strict';
  var NUMBER = /^[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*$/;
  var limits = window.jieliLimits,
    LONGEST = limits.LONGEST_TEXT,
    DAY = 864e5;
  var has = Object.prototype.hasOwnProperty;

  function isSeries(v) {
    return typeof v === 'object';
  }
  function each(v) {
    return isSeries(v) ? v : [v];
  }
  function first(v) {
    return isSeries(v) ? (v.length ? v[0] : '') : v;
  }
  function of(map, name) {
    var v = map && has.call(map, name) ? map[name] : '';
    return v === null || v === undefined ? '' : v;
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

  function charge(scope, work) {
    var budget = scope.budget;
    if (!budget) {
      return;
    }
    budget.left -= work;
    if (budget.left < 0) {
      throw new Error('too much work');
    }
  }
  function workOf(v) {
    var work = 0,
      i;
    if (typeof v === 'string') {
      return v.length;
    }
    if (!isSeries(v)) {
      return 0;
    }
    if (v.work === undefined) {
      for (i = 0; i < v.length; i++) {
        work += limits.OF_EACH + workOf(v[i]);
      }
      v.work = work;
    }
    return v.work;
  }
  function met(scope, v) {
    charge(scope, workOf(v));
    return v;
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

  function codes(s) {
    return s.match(/[^ \t\r\n]+/g) || [];
  }
  function all(values, from) {
    var found = [],
      i;
    for (i = from; i < values.length; i++) {
      found.push.apply(found, each(values[i]));
    }
    return found;
  }
  /* No more of them than fit. */
  function run(values, from, between) {
    var found = all(values, from),
      made = '',
      i;
    for (i = 0; i < found.length && made.length <= 2 * LONGEST; i++) {
      made += (i ? between : '') + str(found[i]);
    }
    return cut(made);
  }
  function extreme(values, sign) {
    var found = all(values, 0),
      best = NaN,
      i,
      n;
    for (i = 0; i < found.length; i++) {
      n = num(found[i]);
      if (n !== n) {
        return n;
      }
      if (i === 0 || sign * n > sign * best) {
        best = n;
      }
    }
    return best;
  }
  function trim(s) {
    var from = 0,
      to = s.length;
    while (from < to && ' \t\r\n'.indexOf(s.charAt(from)) >= 0) {
      from++;
    }
    while (from < to && ' \t\r\n'.indexOf(s.charAt(to - 1)) >= 0) {
      to--;
    }
    return s.slice(from, to);
  }
  function whole(n) {
    return (n < 0 ? Math.ceil(n) : Math.floor(n)) + 0;
  }
  function round(n, places) {
    if (places !== places) {
      return NaN;
    }
    var steps = whole(Math.max(-9, Math.min(9, places)));
    var power = Number('1e' + Math.abs(steps)),
      size = Math.abs(n);
    var moved = tidy(steps < 0 ? size / power : size * power);
    if (!(moved < 1e15)) {
      return n;
    }
    var near = Math.floor(moved);
    if (moved - near >= 0.5) {
      near++;
    }
    near = steps < 0 ? near * power : near / power;
    return n > 0 ? near : 0 - near;
  }

  /* A pattern's program: [0, from, to, …] a character, [1, a, b] go on at both, [2] start, [3] end. */
  function fits(program, text) {
    var chars = points(text),
      now = [],
      marks,
      next,
      i,
      j,
      k,
      step,
      code,
      at;
    if (chars.length > LONGEST) {
      return false;
    }
    function enter(list, place) {
      var waiting = [place];
      while (waiting.length) {
        place = waiting.pop();
        if (marks[place]) {
          continue;
        }
        marks[place] = true;
        step = program[place];
        if (!step || step[0] === 0) {
          list.push(place);
        } else if (step[0] === 1) {
          waiting.push(step[2], step[1]);
        } else if (at === (step[0] === 2 ? 0 : chars.length)) {
          waiting.push(place + 1);
        }
      }
    }
    at = 0;
    marks = [];
    enter(now, 0);
    for (i = 0; i < chars.length && now.length; i++) {
      code = chars[i].charCodeAt(0);
      if (chars[i].length > 1) {
        code = (code - 0xd800) * 0x400 + chars[i].charCodeAt(1) - 0xdc00 + 0x10000;
      }
      next = [];
      marks = [];
      at = i + 1;
      for (j = 0; j < now.length; j++) {
        step = program[now[j]] || [];
        for (k = 1; k < step.length; k += 2) {
          if (code >= step[k] && code <= step[k + 1]) {
            enter(next, now[j] + 1);
            break;
          }
        }
      }
      now = next;
    }
    return now.indexOf(program.length) >= 0;
  }

  /* Each gets the values of its arguments. */
  var CALL = {
    not: function (v) {
      return !truth(v[0]);
    },
    true: function () {
      return true;
    },
    false: function () {
      return false;
    },
    boolean: function (v) {
      return truth(v[0]);
    },
    number: function (v) {
      return num(v[0]);
    },
    string: function (v) {
      return str(v[0]);
    },
    selected: function (v) {
      return codes(str(v[0])).indexOf(trim(str(v[1]))) >= 0;
    },
    'count-selected': function (v) {
      return codes(str(v[0])).length;
    },
    'selected-at': function (v) {
      return codes(str(v[0]))[whole(num(v[1]))] || '';
    },
    'string-length': function (v) {
      return points(str(v[0])).length;
    },
    concat: function (v) {
      return run(v, 0, '');
    },
    join: function (v) {
      return run(v, 1, str(v[0]));
    },
    contains: function (v, scope) {
      var s = str(v[0]),
        part = str(v[1]);
      charge(scope, Math.floor((s.length * part.length) / limits.FOUND_AT_ONCE));
      return s.indexOf(part) >= 0;
    },
    'starts-with': function (v) {
      return str(v[0]).lastIndexOf(str(v[1]), 0) === 0;
    },
    'ends-with': function (v) {
      var s = str(v[0]),
        end = str(v[1]);
      return end.length <= s.length && s.slice(s.length - end.length) === end;
    },
    substr: function (v) {
      var from = num(v[1]),
        to = v.length > 2 ? num(v[2]) : Infinity;
      return from === from && to === to ? points(str(v[0])).slice(from, to).join('') : '';
    },
    'normalize-space': function (v) {
      return codes(str(v[0])).join(' ');
    },
    translate: function (v) {
      var s = points(str(v[0])),
        old = points(str(v[1])),
        by = points(str(v[2])),
        map = {},
        i;
      for (i = old.length - 1; i >= 0; i--) {
        map[old[i]] = by[i] || '';
      }
      for (i = 0; i < s.length; i++) {
        if (has.call(map, s[i])) {
          s[i] = map[s[i]];
        }
      }
      return s.join('');
    },
    int: function (v) {
      return whole(num(v[0]));
    },
    round: function (v) {
      return round(num(v[0]), v.length > 1 ? num(v[1]) : 0);
    },
    floor: function (v) {
      return Math.floor(num(v[0])) + 0;
    },
    ceiling: function (v) {
      return Math.ceil(num(v[0])) + 0;
    },
    abs: function (v) {
      return Math.abs(num(v[0]));
    },
    min: function (v) {
      return extreme(v, -1);
    },
    max: function (v) {
      return extreme(v, 1);
    },
    sum: function (v) {
      var found = all(v, 0),
        total = 0,
        i;
      for (i = 0; i < found.length; i++) {
        total = tidy(total + num(found[i]));
      }
      return total;
    },
    count: function (v) {
      return each(v[0]).length;
    },
    'count-non-empty': function (v) {
      return each(v[0]).filter(function (one) {
        return str(one) !== '';
      }).length;
    },
    today: function (v, scope) {
      return scope.today || '';
    },
    date: function (v) {
      return day(str(v[0])) ? str(v[0]) : dayText(num(v[0]));
    },
    'format-date': function (v) {
      var d = day(str(v[0]));
      return !d
        ? ''
        : str(v[1]).replace(/%(.)/g, function (_, sign) {
            var y = d.getUTCFullYear(),
              m = d.getUTCMonth() + 1,
              n = d.getUTCDate();
            return {Y: y, y: two(y % 100), m: two(m), n: m, d: two(n), e: n}[sign];
          });
    }
  };

  function chain(tree, scope) {
    var sign = tree[2],
      logic = sign === 'and' || sign === 'or',
      i,
      v,
      w;
    v = value(tree[1], scope);
    for (i = 2; i < tree.length; i += 2) {
      sign = tree[i];
      if (logic && truth(v) === (sign === 'or')) {
        return truth(v);
      }
      w = value(tree[i + 1], scope);
      v = logic
        ? truth(w)
        : ARITHMETIC[sign]
          ? ARITHMETIC[sign](num(v), num(w))
          : compare(sign, v, w);
    }
    return v;
  }

  /* Of a series it is worked out once, however often it is asked. */
  function ofField(tree, scope) {
    var head = tree[0],
      series = of(scope.answers, tree[1][1]);
    if (!isSeries(series)) {
      return CALL[head]([met(scope, series)]);
    }
    if (series[head] === undefined) {
      series[head] = CALL[head]([met(scope, series)]);
    }
    return series[head];
  }
  var TEXTS =
    /^(string|concat|join|substr|selected-at|normalize-space|translate|date|format-date)$/;

  function value(tree, scope) {
    charge(scope, limits.OF_A_NODE);
    if (typeof tree !== 'object') {
      return met(scope, tree);
    }
    var head = tree[0],
      values = [],
      i,
      v;
    switch (head) {
      case '$':
        return met(scope, of(scope.answers, tree[1]));
      case '@':
        return met(scope, String(of(scope.choice, tree[1])));
      case '.':
        return met(scope, of(scope, 'own'));
      case '~':
        return chain(tree, scope);
      case '-':
        return 0 - num(value(tree[1], scope));
      case 'if':
        return value(tree[truth(value(tree[1], scope)) ? 2 : 3], scope);
      case 'coalesce':
        v = value(tree[1], scope);
        return str(v) === '' ? value(tree[2], scope) : v;
      case 'regex':
        v = str(value(tree[1], scope));
        charge(scope, v.length * Math.floor(tree[2].length / limits.STEPS_AT_ONCE));
        return fits(tree[2], v);
      case 'sum':
      case 'count':
      case 'count-non-empty':
        return ofField(tree, scope);
    }
    for (i = 1; i < tree.length; i++) {
      values.push(value(tree[i], scope));
    }
    v = CALL[head](values, scope);
    return TEXTS.test(head) ? met(scope, v) : v;
  }

  function start(tree, scope) {
    charge(scope, limits.STARTING);
    return value(tree, scope);
  }

  window.jieliExpressions = {
    value: start,
    isTrue: function (tree, scope) {
      return truth(start(tree, scope));
    },
    text: str,
    shown: function (v) {
      v = first(v);
      return typeof v === 'number' && !isFinite(v) ? '' : str(v);
    },
    typed: function (stored, numeric) {
      if (stored === null || stored === undefined) {
        return '';
      }
      if (isSeries(stored)) {
        return stored.join(' ');
      }
      var m = numeric && NUMBER.exec(stored);
      return m ? Number(m[1]) + 0 : stored;
    }
  };
})();
