/* What happens on a form page, and how it begins. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    rules = window.jieliRules,
    answers = page.answers,
    copies = page.copies;
  var autosave = page.autosave,
    form = page.form,
    marks = page.marks;
  /* The act of the button that was pressed. */
  var pressed = null;

  /* Enter goes to the next question; it sends only from the button. A word that is still being
     composed keeps its Enter. */
  function next(field) {
    var all = Array.prototype.filter.call(form.elements, function (one) {
      return one === field || (isOpen(one) && one.name !== field.name);
    });
    return all[all.indexOf(field) + 1] || form.querySelector('button[value=send]');
  }
  function isOpen(one) {
    return (
      one.offsetParent &&
      !one.readOnly &&
      !one.disabled &&
      one.type !== 'hidden' &&
      /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName)
    );
  }
  form.addEventListener('keydown', function (event) {
    var field = event.target;
    if (
      event.keyCode !== 13 ||
      event.isComposing ||
      field.tagName !== 'INPUT' ||
      field.type === 'file'
    ) {
      return;
    }
    event.preventDefault();
    if (rules) {
      rules.settle();
    } /* the next question may have just appeared */
    var to = next(field);
    if (to) {
      to.focus();
    }
  });

  /* On the page: the checks' own button stands above the form. */
  document.addEventListener('click', function (event) {
    var at = event.target;
    while (at && at.tagName !== 'BUTTON') {
      at = at.parentNode;
    }
    pressed = at && at.form === form && at.name === '_act' ? at.value : null;
  });
  /* Sends as well, and says that the answers of an earlier period hold. */
  function checks(act) {
    if (form.elements._checked) {
      form.elements._checked.value = act === 'checked' ? act : '';
    }
    return act === 'checked' ? 'send' : act;
  }
  form.addEventListener('submit', function (event) {
    var act = checks(pressed);
    pressed = null;
    if (!page.live || (act !== 'send' && act !== 'save')) {
      copies.keep(!page.live);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (act === 'send') {
      page.sending.send();
    } else {
      autosave.insist();
    }
  });
  form.addEventListener('input', function () {
    copies.soon();
    out.erased = null; /* what was erased; this is new */
    autosave.afresh();
    autosave.later();
  });
  function keep() {
    copies.keep();
    autosave.later();
  }
  form.addEventListener('change', function (event) {
    keep();
    page.faults.changed(event.target);
  });
  window.addEventListener('online', function () {
    autosave.afresh();
    autosave.save();
  });
  window.addEventListener('offline', function () {
    if (answers.now() !== marks.clean) {
      page.status.onlyHere();
    }
  });

  /* On a slow network one types before the scripts are here. What stands there after a step back or a
     reload nobody has typed now. */
  var shown = answers.mark(answers.posted(true));
  page.early = answers.now() !== shown && performance.navigation.type === 0;
  if (rules) {
    rules.start(page.faults.judge, function () {
      keep();
      answers.dress();
    });
    page.faults.begin();
  }
  answers.dress();
  if (form.hasAttribute('data-closed')) {
    page.offers.lastLook();
  } else {
    begin();
  }

  function begin() {
    var waiting = out.find(page.name);
    marks.clean = marks.began = !form.getAttribute('data-fresh')
      ? ''
      : page.early
        ? shown
        : answers.now();
    if (out.decided()) {
      out.remove(page.key);
    }
    var sure = beside();
    if (!waiting || waiting.state === 'sent') {
      page.offers.restore(out.get(page.key), sure);
    }
    if (page.live) {
      out.changed = page.waiting.changed;
      out.flush = autosave.save;
      page.waiting.changed(waiting ? [waiting] : []);
    }
    if (page.early) {
      keep();
    }
  }
  /* What the phone keeps of the server beside the page goes into a page that it kept too, and is stale
     beside one of the server; answers whether the copy on the phone belongs to this page. */
  function beside() {
    if (!page.savedKey) {
      return false;
    }
    if (document.documentElement.hasAttribute('data-kept-at')) {
      return page.offers.resume(page.early);
    }
    out.remove(page.savedKey);
    return false;
  }
})(window.jieliForm);
