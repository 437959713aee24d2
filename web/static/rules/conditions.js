/* The conditions of a form while it is filled in: questions appear and go, totals calculate, choices
   are filtered. The server works out the same when it is sent. No modern syntax. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-rules]'),
    speak = window.jieliExpressions,
    numbers = window.jieliNumbers,
    reading = window.jieliReading,
    repeats = window.jieliRepeats;
  if (!form) {
    return;
  }
  var rules = JSON.parse(form.getAttribute('data-rules')),
    fields = rules.fields;
  var has = Object.prototype.hasOwnProperty;
  /* One settling: the inputs by name, what is answered outside repeats, the fillings of each repeat,
     which conditions hold, which choices wait for another answer, and the work that is left. */
  var now = {inputs: {}, seen: {}, rows: {}, asked: {}, waits: {}, budget: {left: 0}};
  /* Between settlings: what is shown whatever the conditions say, the next settling, and until when
     the phone rests. */
  var opened = {},
    timer = 0,
    rested = 0;

  function each(list, act) {
    Array.prototype.forEach.call(list, act);
  }
  function keyOf(name, place) {
    return place === null ? name : fields[name].repeat + '.' + place + '.' + name;
  }
  function numeric(rule) {
    return rule.type === 'integer' || rule.type === 'decimal';
  }

  function typed(key) {
    var found = [];
    (now.inputs['f-' + key] || []).forEach(function (field) {
      var box = field.type === 'checkbox' || field.type === 'radio';
      if (field.type !== 'file' && (!box || field.checked) && field.value.trim()) {
        found.push(field.value.trim());
      }
    });
    return found;
  }
  function read(name, place) {
    var rule = fields[name],
      texts = typed(keyOf(name, place));
    if (place === null && 'value' in rule) {
      return rule.value;
    } /* stands, and is not open here */
    if (place !== null && now.rows[rule.repeat][place].kept) {
      return now.rows[rule.repeat][place].kept[name] || '';
    }
    if (!texts.length) {
      return '';
    }
    if (rule.type === 'select_multiple') {
      return texts.join(' ');
    }
    if (numeric(rule)) {
      var value = reading.number(texts[0]);
      return rule.type === 'integer' && value % 1 ? '' : value;
    }
    return rule.type === 'date' ? reading.day(texts[0]) : texts[0];
  }
  function count() {
    ['inputs', 'seen', 'rows', 'asked', 'waits'].forEach(function (what) {
      now[what] = {};
    });
    each(form.elements, function (field) {
      if (field.name) {
        (now.inputs[field.name] = now.inputs[field.name] || []).push(field);
      }
    });
    rules.order.forEach(function (name) {
      if (fields[name].type === 'repeat') {
        now.rows[name] = [];
      }
    });
    Object.keys(now.rows).forEach(countRows);
  }
  /* The fillings that are shown, and those that stand and are not open here. */
  function countRows(repeat) {
    var inner = rules.order.filter(function (name) {
      return fields[name].repeat === repeat;
    });
    each(repeats.sections(repeat), function (_, place) {
      now.rows[repeat].push({values: {}, kept: null, filled: isFilled(inner, place)});
    });
    inner.forEach(function (name) {
      (fields[name].value || []).forEach(function (value, place) {
        var row = now.rows[repeat][place] || {values: {}, kept: {}, filled: true};
        now.rows[repeat][place] = row;
        row.kept[name] = value;
      });
    });
    now.seen[repeat] = series(repeat, function () {
      return '1';
    });
  }
  function isFilled(inner, place) {
    return inner.some(function (name) {
      return typed(keyOf(name, place)).length > 0;
    });
  }
  function series(repeat, value) {
    return now.rows[repeat]
      .filter(function (row) {
        return row.filled;
      })
      .map(value);
  }
  /* What an expression names, and no more: a repeat can hold ten thousand answers. */
  function named(tree, found) {
    if (tree[0] === '$') {
      found.push(tree[1]);
    }
    if (tree[0] === '$' || typeof tree !== 'object') {
      return found;
    }
    for (var i = 1; i < (tree[0] === 'regex' ? 2 : tree.length); i++) {
      named(tree[i], found);
    }
    return found;
  }
  /* From outside, what was left empty is not among the answers: a sum is a sum of those given. */
  function fromOutside(name) {
    if (!has.call(now.seen, name) && fields[name] && fields[name].repeat) {
      now.seen[name] = series(fields[name].repeat, function (row) {
        return row.values[name];
      }).filter(function (one) {
        return one !== undefined && one !== '';
      });
    }
    return has.call(now.seen, name) ? now.seen[name] : '';
  }
  function scope(tree, name, place, choice) {
    var rule = fields[name],
      all = {},
      row = place === null ? now.seen : now.rows[rule.repeat][place].values;
    var names = tree.names || named(tree, []);
    if (typeof tree === 'object') {
      tree.names = names;
    }
    names.forEach(function (one) {
      var beside = place !== null && fields[one] && fields[one].repeat === rule.repeat;
      all[one] = !beside ? fromOutside(one) : has.call(row, one) ? row[one] : '';
    });
    return {
      answers: all,
      own: name in row ? row[name] : '',
      choice: choice || {},
      today: window.jieliToday(rules.today),
      budget: now.budget
    };
  }
  /* What an expression comes to; once the work of one settling is spent, what is known without it:
     the server refuses the form, and says so. */
  function ask(what, tree, name, place, unknown, choice) {
    if (now.budget.left < 0) {
      return unknown;
    }
    try {
      return speak[what](tree, scope(tree, name, place, choice));
    } catch (spent) {
      if (now.budget.left >= 0) {
        throw spent;
      }
      return unknown;
    }
  }
  function put(name, place, value) {
    var repeat = fields[name].repeat;
    if (place === null) {
      now.seen[name] = value;
      return;
    }
    now.rows[repeat][place].values[name] = value;
    delete now.seen[name];
  }
  function holds(name, place) {
    var key = keyOf(name, place);
    if (!(key in now.asked)) {
      now.asked[key] =
        !fields[name].relevant || ask('isTrue', fields[name].relevant, name, place, true);
    }
    return now.asked[key];
  }
  function relevant(name, place) {
    return [name].concat(fields[name].above).every(function (one) {
      return holds(one, fields[one].repeat ? place : null);
    });
  }

  function settle() {
    window.clearTimeout(timer);
    var began = Date.now();
    /* After a settling that spent it all, the phone has some rest before it tries again. */
    var resting = began < rested;
    now.budget = {left: resting ? -1 : window.jieliLimits.MOST_WORK};
    if (resting) {
      timer = window.setTimeout(settle, rested - began);
    }
    count();
    rules.order.forEach(function (name) {
      var repeat = fields[name].repeat;
      if (!repeat) {
        work(name, null);
        return;
      }
      for (var place = 0; place < now.rows[repeat].length; place++) {
        work(name, place);
      }
    });
    show();
    if (!resting && now.budget.left < 0) {
      rested = Date.now() + Math.min(1e4, 20 * (Date.now() - began));
    }
  }
  function work(name, place) {
    var rule = fields[name];
    if (!relevant(name, place) || /^(note|group|repeat)$/.test(rule.type)) {
      return;
    }
    if (rule.calculation) {
      var value = ask('value', rule.calculation, name, place, '');
      put(name, place, numeric(rule) ? numbers.calculated(value) : numbers.stored(value));
    } else {
      if (rule.choice_filter) {
        offer(name, place);
      }
      put(name, place, read(name, place));
    }
  }
  /* A choice that is not offered is taken back, and comes back with the offer. */
  function offer(name, place) {
    var rule = fields[name],
      key = keyOf(name, place),
      beside = scope(rule.choice_filter, name, place).answers,
      fits = false;
    (now.inputs['f-' + key] || []).forEach(function (field) {
      var one = field.tagName === 'SELECT' ? field.options : [field],
        i;
      for (i = 0; i < one.length; i++) {
        if (one[i].value && rule.columns[one[i].value]) {
          fits = choose(one[i], rule, name, place) || fits;
        }
      }
    });
    now.waits[key] =
      !fits &&
      Object.keys(beside).some(function (one) {
        return beside[one] === '';
      });
  }
  function choose(one, rule, name, place) {
    var fits = ask('isTrue', rule.choice_filter, name, place, true, rule.columns[one.value]);
    var what = one.tagName === 'OPTION' ? 'selected' : 'checked';
    if (!fits && one[what]) {
      one.setAttribute('data-was', '1');
      one[what] = false;
    }
    if (fits && one.getAttribute('data-was')) {
      one.removeAttribute('data-was');
      one[what] = true;
    }
    one.disabled = what === 'selected' && !fits;
    (what === 'selected' ? one : one.parentNode).hidden = !fits;
    return fits;
  }

  function show() {
    each(form.querySelectorAll('.question,.group,.repeat'), function (block) {
      var name = block.getAttribute('data-field') || block.getAttribute('data-repeat');
      var place = split(block.getAttribute('data-key') || name)[1];
      if (!fields[name] || !fields[name].relevant || !isPlace(name, place)) {
        return;
      }
      var gone = !relevant(name, place) && !opened[keyOf(name, place)];
      block.hidden = gone;
      block.className = block.className.replace(/ unasked/g, '') + (gone ? ' unasked' : '');
    });
    each(form.querySelectorAll('output[data-key]'), function (block) {
      var name = block.getAttribute('data-field'),
        place = split(block.getAttribute('data-key'))[1];
      if (!isPlace(name, place)) {
        return;
      }
      var row =
        place === null ? now.seen : (now.rows[fields[name].repeat][place] || {}).values || {};
      var text = (name in row && speak.text(row[name])) || '\u2014';
      if (block.textContent !== text) {
        block.textContent = text;
      }
    });
    each(form.querySelectorAll('.said'), function (line) {
      line.hidden = !now.waits[line.getAttribute('data-key')];
    });
    judging.settled();
  }
  /* A browser without templates has the blank filling among the others. */
  function isPlace(name, place) {
    return fields[name].repeat ? place !== null && place === place : true;
  }
  /* Something is wrong with a question that is not asked here: it is shown all the same, with all
     around it. */
  function open(key) {
    var at = split(key),
      rule = fields[at[0]];
    if (rule && isPlace(at[0], at[1]) && !relevant(at[0], at[1])) {
      [at[0]].concat(rule.above).forEach(function (name) {
        opened[keyOf(name, fields[name].repeat ? at[1] : null)] = true;
      });
      show();
    }
  }
  function split(key) {
    var parts = key.split('.');
    return parts.length === 3 ? [parts[2], Number(parts[1])] : [key, null];
  }
  function broken(name, place) {
    var rule = fields[name],
      row = rule.repeat ? (now.rows[rule.repeat][place] || {}).values : now.seen;
    return (
      rule.constraint &&
      row &&
      name in row &&
      row[name] !== '' &&
      !ask('isTrue', rule.constraint, name, place, true)
    );
  }
  var judging = new window.jieliJudging({
    fields: fields,
    order: rules.order,
    split: split,
    keyOf: keyOf,
    broken: broken,
    from: function (name, place) {
      return scope(fields[name].calculation, name, place).answers;
    },
    places: function (name) {
      var rows = now.rows[fields[name].repeat];
      return rows ? Object.keys(rows).map(Number) : [null];
    }
  });

  /* What was typed goes away with its filling, and nothing brings it back. */
  function mayGo(repeat, place, button) {
    settle();
    return (
      !(now.rows[repeat][place] || {}).filled || window.confirm(button.getAttribute('data-sure'))
    );
  }
  function fit(pairs) {
    pairs.forEach(function (pair) {
      var repeat = (/^f-(.+)\.#$/.exec(pair[0]) || [])[1];
      if (!repeat || !fields[repeat]) {
        return;
      }
      var before = repeats.sections(repeat).length;
      repeats.fit(repeat, Number(pair[1]) || 0);
      if (repeats.sections(repeat).length < before) {
        judging.forget();
      }
    });
  }

  function pressed(event, changed) {
    var button = event.target,
      act = button.name === '_act' && /^(add|remove):([^.]+)(?:\.(\d+))?$/.exec(button.value);
    if (!act || !repeats.blank(act[2])) {
      return;
    }
    event.preventDefault();
    if (act[1] === 'remove' && !mayGo(act[2], Number(act[3]), button)) {
      return;
    }
    var next = act[1] === 'add' ? more(act[2]) : less(act[2], Number(act[3]));
    if (next) {
      next.focus();
    }
    settle();
    changed();
  }
  /* Both answer with what is to be focused next. */
  function more(repeat) {
    var made = repeats.add(repeat);
    return made && (made.querySelector('input:not([type=hidden]),select,textarea') || made);
  }
  function less(repeat, place) {
    repeats.remove(repeat, place);
    judging.forget();
    return form.querySelector('button[value="add:' + repeat + '"]');
  }
  function start(blames, changed) {
    judging.blame = blames;
    form.addEventListener('input', function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(settle, 100);
    });
    /* Not at once: a button must not move away between the press and the release. */
    form.addEventListener('change', function (event) {
      var key = (event.target.name || '').replace(/^f-/, ''),
        box = /^(checkbox|radio)$/.test(event.target.type);
      window.setTimeout(
        function () {
          settle();
          judging.left(key);
        },
        box ? 0 : 200
      );
    });
    form.addEventListener('click', function (event) {
      pressed(event, changed);
    });
    document.addEventListener('visibilitychange', settle);
    settle();
  }

  window.jieliRules = {settle: settle, fit: fit, open: open, start: start};
})();
