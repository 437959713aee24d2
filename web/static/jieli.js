/* Small improvements; every page works without them. Written for old phones: no modern syntax. */
(function () {
  'use strict';
  var store;
  try { store = window.localStorage; store.setItem('jieli', '1'); } catch (e) { store = null; }

  /* A second click sends nothing; a question is asked where the button wants it. */
  document.addEventListener('click', function (event) {
    var button = event.target;
    var question = button.getAttribute && button.getAttribute('data-confirm');
    if (question && !window.confirm(question)) { event.preventDefault(); }
  });
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method.toLowerCase() !== 'post') { return; }
    if (form.getAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '1');
    window.setTimeout(function () { form.removeAttribute('data-sent'); }, 8000);
  });
  window.addEventListener('pageshow', function (event) {
    /* Back from the receipt: ask the server again, it knows that the form was sent. */
    if (event.persisted && document.querySelector('form[data-draft]')) { window.location.reload(); }
    var forms = document.querySelectorAll('form[data-sent]');
    for (var i = 0; i < forms.length; i++) { forms[i].removeAttribute('data-sent'); }
  });

  /* What was refused comes first for screen readers and keyboards. */
  var errors = document.querySelector('.errors');
  if (errors) { errors.focus(); }

  /* "All of them" above a list of boxes. */
  var all = document.querySelector('[data-tick-all]');
  if (all) {
    all.hidden = false;
    all.addEventListener('click', function () {
      var boxes = document.querySelectorAll('input[type=checkbox][name="' + all.getAttribute('data-tick-all') + '"]');
      for (var i = 0; i < boxes.length; i++) { boxes[i].checked = true; }
    });
  }

  var print = document.querySelector('[data-print]');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', function () { window.print(); });
  }

  /* A file that is too large is told before it is sent. */
  var largest = document.querySelector('input[type=file][data-largest]');
  if (largest) {
    largest.addEventListener('change', function () {
      var file = largest.files && largest.files[0];
      if (file && file.size > Number(largest.getAttribute('data-largest'))) {
        largest.value = '';
        window.alert(largest.getAttribute('data-too-large'));
      }
    });
  }

  if (!store) { return; }

  /* What has not reached the server stays on the phone. */
  var form = document.querySelector('form[data-draft]');
  if (form) { keep(form, 'jieli.' + form.getAttribute('data-draft')); }
  var sent = document.querySelector('[data-sent-draft]');
  if (sent) { store.removeItem('jieli.' + sent.getAttribute('data-sent-draft')); }

  function fields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      /* A button has a name and a value too, and what it sends must stay what it says. */
      if (['hidden', 'file', 'submit', 'button'].indexOf(field.type) >= 0) { return false; }
      return field.name && !field.readOnly;
    });
  }
  function read(form) {
    return fields(form).map(function (field) {
      var box = field.type === 'checkbox' || field.type === 'radio';
      return [field.name, box ? field.value : '', box ? field.checked : field.value];
    });
  }
  function write(form, kept) {
    fields(form).forEach(function (field) {
      var box = field.type === 'checkbox' || field.type === 'radio';
      kept.forEach(function (one) {
        if (one[0] !== field.name || (box && one[1] !== field.value)) { return; }
        if (box) { field.checked = one[2]; } else { field.value = one[2]; }
      });
    });
  }
  /* Kept with what the server had shown: if it still shows that, the text comes back by itself;
     if it has something else by now, the person decides. */
  function keep(form, key) {
    var shown = JSON.stringify(read(form));
    var kept = JSON.parse(store.getItem(key) || 'null');
    var note = document.querySelector('[data-restored]');
    var offer = document.querySelector('[data-restore]');
    var timer = 0;
    function save() {
      store.setItem(key, JSON.stringify({base: shown, typed: read(form)}));
    }
    if (kept && form.getAttribute('data-fresh') && JSON.stringify(kept.typed) !== shown) {
      if (kept.base === shown) {
        write(form, kept.typed);
        if (note) { note.hidden = false; }
      } else if (offer) {
        offer.hidden = false;
        offer.querySelector('button').addEventListener('click', function () {
          write(form, kept.typed);
          offer.hidden = true;
          save();
        });
      }
    }
    form.addEventListener('input', function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(save, 300);
    });
    form.addEventListener('change', save);
  }
})();
