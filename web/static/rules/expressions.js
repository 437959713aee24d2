/* Evaluates the expressions of a form, as the server's rules/forms/expressions does: change both.
   value(tree, scope), isTrue(tree, scope), text(value), shown(value), typed(text, numeric).
   scope: {answers: {name: number | text | [values of a repeat]}, own, choice, today, budget: {left}}.
   Work is counted as in rules/forms/expressions/budget.py; once none is left, value and isTrue throw. */
(function () {
  'use strict';
  var limits = window.jieliLimits,
    LONGEST = limits.LONGEST_TEXT,
    has = Object.prototype.hasOwnProperty;
  var values = window.jieliValues,
    operators = window.jieliOperators,
    fits = window.jieliPatterns.fits,
    isSeries = values.isSeries,
    each = values.each,
    first = values.first,
    points = values.points,
    cut = values.cut,
    two = values.two,
    day = values.day,
    dayText = values.dayText,
    num = values.num,
    str = values.str,
    truth = values.truth,
    tidy = values.tidy;

  function of(map, name) {
    var v = map && has.call(map, name) ? map[name] : '';
    return v === null || v === undefined ? '' : v;
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

  function codes(s) {
    return s.match(/[^ \t\r\n]+/g) || [];
  }
  function all(given, from) {
    var found = [],
      i;
    for (i = from; i < given.length; i++) {
      found.push.apply(found, each(given[i]));
    }
    return found;
  }
  /* No more of them than fit. */
  function run(given, from, between) {
    var found = all(given, from),
      made = '',
      i;
    for (i = 0; i < found.length && made.length <= 2 * LONGEST; i++) {
      made += (i ? between : '') + str(found[i]);
    }
    return cut(made);
  }
  function extreme(given, sign) {
    var found = all(given, 0),
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
        : operators.ARITHMETIC[sign]
          ? operators.ARITHMETIC[sign](num(v), num(w))
          : operators.compare(sign, v, w);
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
      given = [],
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
      given.push(value(tree[i], scope));
    }
    v = CALL[head](given, scope);
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
    typed: values.typed
  };
})();
