/* The button that was pressed says at once what it is at, whatever else is in view. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var SHOWN = 4000;
  /* By act: what stands in its buttons when nothing happens; and when `done` is said no more. */
  var texts = {},
    timers = {};

  function isOf(value, act) {
    return value === act || (act === 'send' && value === 'checked');
  }
  /* The checks' own button stands above the form. */
  function each(act, change) {
    Array.prototype.forEach.call(document.querySelectorAll('button[name=_act]'), function (button) {
      if (button.form === page.form && isOf(button.value, act)) {
        change(button);
      }
    });
  }
  function say(act, what, pressable) {
    var sentence = page.say(what + '-' + act);
    rest(act);
    each(act, function (button) {
      texts[act] = texts[act] || [];
      texts[act].push([button, button.textContent]);
      button.textContent = sentence || button.textContent;
      button.disabled = !pressable;
      button.setAttribute('aria-busy', String(what === 'busy'));
    });
  }
  function busy(act) {
    say(act, 'busy', false);
  }
  /* Saving can be asked for again; what was sent goes on to its receipt. */
  function done(act) {
    say(act, 'done', act === 'save');
    if (act === 'save') {
      timers[act] = window.setTimeout(function () {
        rest(act);
      }, SHOWN);
    }
  }
  function rest(act) {
    window.clearTimeout(timers[act]);
    (texts[act] || []).forEach(function (one) {
      one[0].textContent = one[1];
      one[0].disabled = false;
      one[0].removeAttribute('aria-busy');
    });
    texts[act] = null;
  }
  /* Back from the page it led to. */
  window.addEventListener('pageshow', function () {
    rest('send');
    rest('save');
  });

  page.buttons = {busy: busy, done: done, rest: rest};
})(window.jieliForm);
