/* What a field allows: told on leaving it, and counted while one types. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var reading = window.jieliReading,
    out = window.jieliOutbox,
    form = page.form,
    say = page.say;
  /* A short text is counted from its first character on, a long one towards its end. */
  var SHORT = 500,
    NEAR = 0.9,
    APPLE = /iP(hone|ad|od)/;

  function length(text) {
    return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '.').length;
  }
  function longest(field) {
    return Number(field.getAttribute('data-longest') || field.getAttribute('maxlength')) || 0;
  }
  /* The sentence against what stands in a field; nothing where it is right or empty. */
  function against(field) {
    var kind = field.getAttribute('data-kind'),
      text = field.value.trim(),
      most = longest(field);
    if (!text || (!kind && !most)) {
      return '';
    }
    if (!kind) {
      return length(text) > most ? say('long', {longest: most, length: length(text)}) : '';
    }
    var value = kind === 'date' ? reading.day(text) : reading.number(text);
    if (value === '') {
      return say(kind === 'date' ? 'no-date' : 'no-number');
    }
    return kind === 'integer' && value % 1 ? say('no-integer') : beyond(field, value, kind);
  }
  function beyond(field, value, kind) {
    var low = field.getAttribute('data-min'),
      high = field.getAttribute('data-max'),
      date = kind === 'date';
    if (low !== null && (date ? value < low : value < Number(low))) {
      return say(date ? 'early' : 'low', {min: low});
    }
    if (high !== null && (date ? value > high : value > Number(high))) {
      return say(date ? 'late' : 'high', {max: high});
    }
    return '';
  }

  function count(field) {
    var most = longest(field),
      line = field.jieliCount,
      now = length(field.value);
    if (!most || (most > SHORT && now < most * NEAR && !line)) {
      return;
    }
    if (!line) {
      line = field.jieliCount = out.element('p', '', 'hint count');
      var box = /(^| )box( |$)/.test(field.parentNode.className) ? field.parentNode : field;
      box.parentNode.insertBefore(line, box.nextSibling);
    }
    line.className = 'hint count' + (now > most ? ' fault' : '');
    line.textContent = say('count', {count: now, longest: most});
  }
  /* The number keyboard of iPhones has no sign. */
  function sign(field) {
    var low = field.getAttribute('data-min');
    if (field.jieliSigned || !field.getAttribute('data-kind') || (low !== null && low >= 0)) {
      return;
    }
    field.jieliSigned = true;
    var button = out.button('\u00b1', function () {
      var text = field.value.trim();
      field.value = /^[-\u2212\uff0d]/.test(text) ? text.slice(1) : '-' + text;
      tell(field, 'input');
      field.focus();
    });
    button.setAttribute('aria-label', say('sign'));
    field.parentNode.appendChild(button);
  }
  function tell(field, what) {
    var event = document.createEvent('Event');
    event.initEvent(what, true, false);
    field.dispatchEvent(event);
  }
  function dress() {
    if (!APPLE.test(navigator.userAgent)) {
      return;
    }
    Array.prototype.forEach.call(form.querySelectorAll('input[inputmode=decimal]'), sign);
  }

  form.addEventListener('input', function (event) {
    if (/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      count(event.target);
    }
  });
  /* After what was said of the answer before has gone (faults.js), and what the conditions say. */
  form.addEventListener('change', function (event) {
    var field = event.target;
    if (!page.live || field.tagName === 'SELECT') {
      return;
    }
    window.setTimeout(function () {
      var sentence = against(field);
      if (sentence) {
        page.faults.judge(field.name.replace(/^f-/, ''), sentence);
      }
    }, 250);
  });

  page.bounds = {dress: dress, tell: tell};
})(window.jieliForm);
