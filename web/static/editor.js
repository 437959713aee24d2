/* The preview follows while an officer types. Everything works without it, by buttons. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-editor]');
  if (!form || !window.FormData || !window.XMLHttpRequest) { return; }
  var shown = document.querySelector('[data-preview]');
  var update = form.querySelector('[data-update]');
  var hints = form.querySelectorAll('.no-js');
  var timer = 0;
  var asking = null;
  /* A page that answers a button holds what was typed before it. */
  var unsaved = form.hasAttribute('data-unsaved');
  for (var i = 0; i < hints.length; i++) { hints[i].hidden = true; }

  function ask() {
    if (asking) { asking.abort(); }
    asking = new XMLHttpRequest();
    asking.open('POST', form.getAttribute('data-preview-url'));
    asking.onload = function () {
      if (this.status === 200 && this.getResponseHeader('X-Preview')) {
        shown.innerHTML = this.responseText;
      }
    };
    asking.send(new FormData(form));
  }
  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 400);
  }
  form.addEventListener('input', function () { unsaved = true; soon(); });
  form.addEventListener('submit', function () { unsaved = false; });
  window.addEventListener('beforeunload', function (event) {
    if (!unsaved) { return; }
    event.preventDefault();
    event.returnValue = '';
  });
  form.addEventListener('change', function (event) {
    var row = event.target.getAttribute('data-type');
    if (!row) { soon(); return; }
    /* Another type has other inputs: the page comes back with them, at the same row. */
    form.action = form.action.split('#')[0] + '#' + row;
    update.click();
  });
})();
