/* The preview follows while an officer types. Everything works without it, by buttons. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-editor]');
  if (!form || !window.FormData || !window.XMLHttpRequest) {
    return;
  }
  var shown = document.querySelector('[data-preview]');
  var update = form.querySelector('[data-update]');
  var hints = form.querySelectorAll('.no-js');
  /* The next request, the one on its way, and whether another is to follow on it. */
  var timer = 0;
  var asking = null;
  var again = false;
  /* How often something was typed, and whether any of it is not kept; a page that was refused holds
     what is not. */
  var typed = 0;
  var unsaved = form.hasAttribute('data-unsaved');
  for (var i = 0; i < hints.length; i++) {
    hints[i].hidden = true;
  }

  /* What is typed is shown and kept; one request at a time, so that the last one is the newest. */
  function ask() {
    if (asking) {
      again = true;
      return;
    }
    var seen = typed;
    again = false;
    asking = new XMLHttpRequest();
    asking.open('POST', form.getAttribute('data-preview-url'));
    asking.onload = function () {
      if (this.status !== 200 || !this.getResponseHeader('X-Preview')) {
        return;
      }
      shown.innerHTML = this.responseText;
      if (this.getResponseHeader('X-Kept') === '1' && seen === typed) {
        unsaved = false;
      }
    };
    asking.onloadend = function () {
      asking = null;
      if (again) {
        ask();
      }
    };
    asking.send(new FormData(form));
  }
  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 400);
  }
  form.addEventListener('input', function () {
    unsaved = true;
    typed += 1;
    soon();
  });
  form.addEventListener('submit', function () {
    unsaved = false;
    window.clearTimeout(timer);
    again = false;
  });
  window.addEventListener('pageshow', function (event) {
    /* A step back: the server knows what was kept since. */
    if (event.persisted && !unsaved) {
      window.location.reload();
    }
  });
  window.addEventListener('beforeunload', function (event) {
    if (!unsaved) {
      return;
    }
    event.preventDefault();
    event.returnValue = '';
  });
  form.addEventListener('change', function (event) {
    var row = event.target.getAttribute('data-type');
    if (!row) {
      soon();
      return;
    }
    /* Another type has other inputs: the page comes back with them, at the same row. */
    form.action = form.action.split('#')[0] + '#' + row;
    update.click();
  });
})();
