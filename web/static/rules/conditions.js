/* The conditions of a form while it is filled in: questions appear and go, totals calculate, choices
   are filtered, repeats grow. The server works out the same when it is sent. No modern syntax. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-rules]'), speak = window.jieliExpressions;
  if (!form || !speak) { return; }
  var rules = JSON.parse(form.getAttribute('data-rules')), fields = rules.fields;
  var LARGEST = 1e9, MOST = 100, has = Object.prototype.hasOwnProperty;
  var blame = null, noted = {}, timer = 0, budget = {left: 0}, rested = 0, inputs, seen, rows, asked, waits;

  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function keyOf(name, place) {
    return place === null ? name : fields[name].repeat + '.' + place + '.' + name;
  }
  function numeric(rule) { return rule.type === 'integer' || rule.type === 'decimal'; }

  /* A number as people type it, or nothing. The server's rules/forms/field_values.py reads the same:
     change both. Raised or circled digits are none: 10\u00b3 is not 103. */
  function number(text) {
    var plain = text.replace(/[\uff01-\uff5e]/g, function (wide) { return String.fromCharCode(wide.charCodeAt(0) - 0xfee0); })
      .replace(/[\u2212\u2013\u2014\ufe58\ufe63]/g, '-').replace(/\ufe62/g, '+').replace(/[\u3002\uff61\ufe52]/g, '.')
      .replace(/['\ufe50]/g, ',').replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' ').trim();
    if (plain.length > 40) { return ''; }
    if (/^[+-]?[1-9]\d{0,2}([, ]\d{3})+(\.\d*)?$/.test(plain)) { plain = plain.replace(/[, ]/g, ''); }
    if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(plain) || /\.\d{4}\d*[1-9]/.test(plain)) { return ''; }
    return Math.abs(plain) <= LARGEST ? Number(plain) + 0 : '';
  }
  function typed(key) {
    var found = [];
    (inputs['f-' + key] || []).forEach(function (field) {
      var box = field.type === 'checkbox' || field.type === 'radio';
      if (field.type !== 'file' && (!box || field.checked) && field.value.trim()) { found.push(field.value.trim()); }
    });
    return found;
  }
  function read(name, place) {
    var rule = fields[name], texts = typed(keyOf(name, place));
    if (place === null && 'value' in rule) { return rule.value; } /* stands, and is not open here */
    if (place !== null && rows[rule.repeat][place].kept) { return rows[rule.repeat][place].kept[name] || ''; }
    if (!texts.length) { return ''; }
    if (rule.type === 'select_multiple') { return texts.join(' '); }
    if (numeric(rule)) {
      var value = number(texts[0]);
      return rule.type === 'integer' && value % 1 ? '' : value;
    }
    var day = rule.type === 'date' && /^(\d{4})\s*[-\/.\u5e74]\s*(\d{1,2})\s*[-\/.\u6708]\s*(\d{1,2})\s*\u65e5?$/.exec(texts[0]);
    return day ? day[1] + '-' + ('0' + day[2]).slice(-2) + '-' + ('0' + day[3]).slice(-2) : texts[0];
  }
  /* A calculated value as it is stored: four decimals, a half to the even side, by the digits of its
     shortest text. The server's rules/filling/conditions.py does the same: change both. */
  function stored(value) {
    if (Array.isArray(value)) { value = value.length ? value[0] : ''; }
    if (typeof value !== 'number') { return String(value); }
    if (!isFinite(value) || Math.abs(value) > LARGEST) { return ''; }
    var text = speak.text(value), point = text.indexOf('.'), rest = point < 0 ? '' : text.slice(point + 5);
    if (!rest) { return text; }
    var digits = text.slice(0, point + 5).replace(/[-.]/g, ''); /* at most fourteen: a whole number */
    var up = rest > '5' || (rest === '5' && digits.slice(-1) % 2 === 1);
    digits = String(Number(digits) + (up ? 1 : 0));
    while (digits.length < 5) { digits = '0' + digits; }
    digits = (digits.slice(0, -4) + '.' + digits.slice(-4)).replace(/\.?0+$/, '');
    return value < 0 && digits !== '0' ? '-' + digits : digits;
  }

  /* Where a number is due, what is none is nothing. */
  function calculated(value) {
    if (Array.isArray(value)) { value = value.length ? value[0] : ''; }
    var found = speak.typed(value, true), text = typeof found === 'number' ? stored(found) : '';
    return text === '' ? '' : Number(text);
  }

  /* Fillings: those shown, and of these the ones in which anything stands. */
  function sections(repeat) {
    var found = form.querySelector('[data-repeat="' + repeat + '"]');
    return found ? found.querySelectorAll('[data-instance]') : [];
  }
  function count() {
    inputs = {};
    each(form.elements, function (field) {
      if (field.name) { (inputs[field.name] = inputs[field.name] || []).push(field); }
    });
    seen = {};
    rows = {};
    asked = {};
    waits = {};
    rules.order.forEach(function (name) {
      if (fields[name].type === 'repeat') { rows[name] = []; }
    });
    Object.keys(rows).forEach(function (repeat) {
      var inner = rules.order.filter(function (name) { return fields[name].repeat === repeat; });
      each(sections(repeat), function (_, place) {
        rows[repeat].push({
          values: {},
          kept: null,
          filled: inner.some(function (name) { return typed(keyOf(name, place)).length > 0; })
        });
      });
      inner.forEach(function (name) { /* what stands and is not open here */
        (fields[name].value || []).forEach(function (value, place) {
          var row = rows[repeat][place] = rows[repeat][place] || {values: {}, kept: {}, filled: true};
          row.kept[name] = value;
        });
      });
      seen[repeat] = series(repeat, function () { return '1'; });
    });
  }
  function series(repeat, value) {
    return rows[repeat].filter(function (row) { return row.filled; }).map(value);
  }
  /* What an expression names, and no more: a repeat can hold ten thousand answers. */
  function named(tree, found) {
    if (tree[0] === '$') { found.push(tree[1]); }
    if (tree[0] === '$' || typeof tree !== 'object') { return found; }
    for (var i = 1; i < (tree[0] === 'regex' ? 2 : tree.length); i++) { named(tree[i], found); }
    return found;
  }
  /* From outside, what was left empty is not among the answers: a sum is a sum of those given. */
  function fromOutside(name) {
    if (!has.call(seen, name) && fields[name] && fields[name].repeat) {
      seen[name] = series(fields[name].repeat, function (row) { return row.values[name]; }).filter(function (one) {
        return one !== undefined && one !== '';
      });
    }
    return has.call(seen, name) ? seen[name] : '';
  }
  function scope(tree, name, place, choice) {
    var rule = fields[name], all = {}, row = place === null ? seen : rows[rule.repeat][place].values;
    var names = tree.names || named(tree, []);
    if (typeof tree === 'object') { tree.names = names; }
    names.forEach(function (one) {
      var beside = place !== null && fields[one] && fields[one].repeat === rule.repeat;
      all[one] = !beside ? fromOutside(one) : has.call(row, one) ? row[one] : '';
    });
    return {answers: all, own: name in row ? row[name] : '', choice: choice || {}, today: rules.today, budget: budget};
  }
  /* What an expression comes to; once the work of one settling is spent, what is known without it:
     the server refuses the form, and says so. */
  function ask(what, tree, name, place, unknown, choice) {
    if (budget.left < 0) { return unknown; }
    try {
      return speak[what](tree, scope(tree, name, place, choice));
    } catch (spent) {
      if (budget.left >= 0) { throw spent; }
      return unknown;
    }
  }
  function put(name, place, value) {
    var repeat = fields[name].repeat;
    if (place === null) { seen[name] = value; return; }
    rows[repeat][place].values[name] = value;
    delete seen[name];
  }
  function holds(name, place) {
    var key = keyOf(name, place);
    if (!(key in asked)) {
      asked[key] = !fields[name].relevant || ask('isTrue', fields[name].relevant, name, place, true);
    }
    return asked[key];
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
    budget = {left: resting ? -1 : speak.MOST_WORK};
    if (resting) { timer = window.setTimeout(settle, rested - began); }
    count();
    rules.order.forEach(function (name) {
      var repeat = fields[name].repeat;
      if (!repeat) { work(name, null); return; }
      for (var place = 0; place < rows[repeat].length; place++) { work(name, place); }
    });
    show();
    if (!resting && budget.left < 0) { rested = Date.now() + Math.min(1e4, 20 * (Date.now() - began)); }
  }
  function work(name, place) {
    var rule = fields[name];
    if (!relevant(name, place) || /^(note|group|repeat)$/.test(rule.type)) { return; }
    if (rule.calculation) {
      var value = ask('value', rule.calculation, name, place, '');
      put(name, place, numeric(rule) ? calculated(value) : stored(value));
    } else {
      if (rule.choice_filter) { offer(name, place); }
      put(name, place, read(name, place));
    }
  }
  /* A choice that is not offered is taken back, and comes back with the offer. */
  function offer(name, place) {
    var rule = fields[name], key = keyOf(name, place), named = scope(rule.choice_filter, name, place).answers, fits = false;
    (inputs['f-' + key] || []).forEach(function (field) {
      var one = field.tagName === 'SELECT' ? field.options : [field], i;
      for (i = 0; i < one.length; i++) {
        if (one[i].value && rule.columns[one[i].value]) { fits = choose(one[i], rule, name, place) || fits; }
      }
    });
    waits[key] = !fits && Object.keys(named).some(function (one) { return named[one] === ''; });
  }
  function choose(one, rule, name, place) {
    var fits = ask('isTrue', rule.choice_filter, name, place, true, rule.columns[one.value]);
    var what = one.tagName === 'OPTION' ? 'selected' : 'checked';
    if (!fits && one[what]) { one.setAttribute('data-was', '1'); one[what] = false; }
    if (fits && one.getAttribute('data-was')) { one.removeAttribute('data-was'); one[what] = true; }
    one.disabled = what === 'selected' && !fits;
    (what === 'selected' ? one : one.parentNode).hidden = !fits;
    return fits;
  }

  function show() {
    each(form.querySelectorAll('.question,.group,.repeat'), function (block) {
      var name = block.getAttribute('data-field') || block.getAttribute('data-repeat');
      var place = placeOf(block.getAttribute('data-key') || name);
      if (!fields[name] || !fields[name].relevant || (fields[name].repeat && place === null)) { return; }
      var gone = !relevant(name, place);
      block.hidden = gone;
      block.className = block.className.replace(/ unasked/g, '') + (gone ? ' unasked' : '');
    });
    each(form.querySelectorAll('output[data-key]'), function (block) {
      var name = block.getAttribute('data-field'), place = placeOf(block.getAttribute('data-key'));
      var row = place === null ? seen : (rows[fields[name].repeat][place] || {}).values || {};
      var text = name in row && speak.text(row[name]) || '\u2014';
      if (block.textContent !== text) { block.textContent = text; }
    });
    each(form.querySelectorAll('.said'), function (line) { line.hidden = !waits[line.getAttribute('data-key')]; });
    Object.keys(noted).forEach(function (key) {
      var at = split(key);
      if (!broken(at[0], at[1])) { blame(key, ''); delete noted[key]; }
    });
  }
  function placeOf(key) { return split(key)[1]; }
  function split(key) {
    var parts = key.split('.');
    return parts.length === 3 ? [parts[2], Number(parts[1])] : [key, null];
  }
  function broken(name, place) {
    var rule = fields[name], row = rule.repeat ? (rows[rule.repeat][place] || {}).values : seen;
    return rule.constraint && row && name in row && row[name] !== '' &&
      !ask('isTrue', rule.constraint, name, place, true);
  }
  /* On leaving a field, never while it is being typed. */
  function left(key) {
    var at = split(key), rule = fields[at[0]];
    if (!rule || !rule.constraint) { return; }
    if (broken(at[0], at[1])) { noted[key] = true; blame(key, rule.message); }
  }

  /* One filling more: a copy of the blank one. One less: those behind it move up. */
  function add(repeat) {
    var section = form.querySelector('[data-repeat="' + repeat + '"]');
    var blank = section && section.querySelector('template[data-instance-template]');
    var place = sections(repeat).length, made = document.createElement('div');
    if (!blank || place >= MOST) { return null; }
    made.innerHTML = blank.innerHTML.replace(/__n__/g, place).replace(/__number__/g, place + 1);
    made = made.querySelector('[data-instance]');
    blank.parentNode.insertBefore(made, sections(repeat)[place - 1] ? sections(repeat)[place - 1].nextSibling : blank);
    counted(repeat);
    return made;
  }
  function remove(repeat, place) {
    var all = sections(repeat), i;
    if (!all[place]) { return; }
    all[place].parentNode.removeChild(all[place]);
    for (i = place + 1; i < all.length; i++) { renumber(all[i], repeat, i); }
    noted = {};
    counted(repeat);
  }
  /* What was typed goes away with its filling, and nothing brings it back. */
  function mayGo(repeat, place, button) {
    settle();
    return !(rows[repeat][place] || {}).filled || window.confirm(button.getAttribute('data-sure'));
  }
  function renumber(section, repeat, old) {
    var from = repeat + '.' + old, to = repeat + '.' + (old - 1);
    section.setAttribute('data-instance', old - 1);
    each(section.querySelectorAll('[data-place]'), function (one) { one.textContent = old; });
    each(section.querySelectorAll('*'), function (one) {
      ['name', 'id', 'for', 'value', 'data-key', 'aria-describedby', 'aria-labelledby'].forEach(function (what) {
        var text = one.getAttribute(what);
        if (!text || (what === 'value' && one.name !== '_act' && one.name !== '_remove')) { return; }
        if (text === 'remove:' + from) { one.setAttribute(what, 'remove:' + to); return; }
        if (text.indexOf(from + '.') >= 0) { one.setAttribute(what, text.split(from + '.').join(to + '.')); }
      });
    });
  }
  function counted(repeat) {
    var times = form.elements.namedItem('f-' + repeat + '.#'), more = form.querySelector('button[value="add:' + repeat + '"]');
    if (times) { times.value = sections(repeat).length; }
    if (more) { more.disabled = sections(repeat).length >= MOST; }
  }

  window.jieliRules = {
    settle: settle,
    number: number,
    stored: stored,
    calculated: calculated,
    /* As many fillings as were kept. */
    fit: function (pairs) {
      pairs.forEach(function (pair) {
        var repeat = /^f-(.+)\.#$/.exec(pair[0]), wanted = Math.min(MOST, Number(pair[1]) || 0);
        if (!repeat || !fields[repeat[1]]) { return; }
        while (sections(repeat[1]).length < wanted && add(repeat[1])) { /* one more */ }
        while (sections(repeat[1]).length > wanted) { remove(repeat[1], sections(repeat[1]).length - 1); }
      });
    },
    start: function (_, blames, changed) {
      blame = blames;
      form.addEventListener('input', function () {
        window.clearTimeout(timer);
        timer = window.setTimeout(settle, 100);
      });
      /* Not at once: a button must not move away between the press and the release. */
      form.addEventListener('change', function (event) {
        var key = (event.target.name || '').replace(/^f-/, '');
        var box = event.target.type === 'checkbox' || event.target.type === 'radio';
        window.setTimeout(function () { settle(); left(key); }, box ? 0 : 200);
      });
      form.addEventListener('click', function (event) {
        var act = event.target.name === '_act' && /^(add|remove):([^.]+)(?:\.(\d+))?$/.exec(event.target.value), made;
        if (!act || !form.querySelector('[data-repeat="' + act[2] + '"] template')) { return; }
        event.preventDefault();
        if (act[1] === 'add') {
          made = add(act[2]);
          if (made) { (made.querySelector('input:not([type=hidden]),select,textarea') || made).focus(); }
        } else {
          if (!mayGo(act[2], Number(act[3]), event.target)) { return; }
          remove(act[2], Number(act[3]));
          made = form.querySelector('button[value="add:' + act[2] + '"]');
          if (made) { made.focus(); }
        }
        settle();
        changed();
      });
      settle();
    }
  };
})();
