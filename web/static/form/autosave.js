/* Saving on the server as soon as there is a network. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    answers = page.answers,
    copies = page.copies,
    status = page.status;
  var marks = page.marks,
    say = page.say,
    FIRST = 5000,
    LONGEST = 300000;
  /* The next saving, how long it waits, and whether one is on its way; one may send meanwhile. */
  var planned = 0,
    wait = FIRST,
    saving = false;
  /* What is to be told once a saving that the button found on its way has its answer, and one more. */
  var pressed = null;

  function later() {
    window.clearTimeout(planned);
    if (page.can('saves')) {
      planned = window.setTimeout(save, wait);
    }
  }
  /* Something was typed, or there is a network again: no long pause any more. */
  function afresh() {
    wait = FIRST;
  }
  function save(then, anyway) {
    var pairs = answers.posted(),
      sent = answers.mark(pairs);
    then = typeof then === 'function' ? then : function () {};
    if (saving && anyway) {
      pressed = then;
      return;
    }
    if (!page.can('saves') || saving || copies.erased() || (sent === marks.clean && !anyway)) {
      then();
      return;
    }
    if (!out.current()) {
      notSaved(401);
      then();
      return;
    }
    window.clearTimeout(planned);
    saving = true;
    marks.trying = sent;
    copies.keep();
    ask(pairs, function (code, answer) {
      saving = false;
      if (code === 200 && answer.saved) {
        took(answer, sent);
      } else {
        notSaved(code, answer);
      }
      then(code);
      if (pressed) {
        then = pressed;
        pressed = null;
        save(then, true);
      }
    });
  }
  function ask(pairs, then) {
    out.request(page.url, pairs.concat([['_act', 'autosave']]), then);
  }
  function took(answer, sent) {
    var old = document.querySelector('[data-keep-for]');
    marks.clean = sent;
    wait = FIRST;
    if (answer.version) {
      page.made('_draft', answer.version);
    }
    if (answer.at && !status.holds()) {
      status.tell(say('saved', answer));
    }
    if (old) {
      old.hidden = true;
    }
    copies.keep();
    if (answers.now() !== sent) {
      later();
    } else if (answer.version) {
      copies.keepServers();
    }
  }
  function notSaved(code, answer) {
    if (answer && answer.over) {
      copies.keep();
      page.ended();
    } else if (code === 409) {
      page.move('refused');
      status.warn(answer.sentence || '', answer.url && page.compare());
    } else if (code === 401 || code === 403 || code === 404) {
      page.move('refused');
      status.warn(say('expired'), out.link(say('sign-in'), out.signIn()));
    } else {
      status.onlyHere();
      wait = Math.min(wait * 2, LONGEST);
      later();
    }
  }
  /* By the button: also where it had stopped, and though the server has it. */
  function insist() {
    page.move('insisted');
    page.buttons.busy('save');
    save(function (code) {
      page.buttons[code === 200 ? 'done' : 'rest']('save');
      if (code >= 400 && code < 500 && [401, 403, 404, 409].indexOf(code) < 0) {
        page.plainly('save');
      }
    }, true);
  }

  page.autosave = {
    later: later,
    afresh: afresh,
    save: save,
    ask: ask,
    took: took,
    notSaved: notSaved,
    insist: insist
  };
})(window.jieliForm);
