/* Small improvements; every page works without them. Written for old phones: no modern syntax. */
(function () {
  'use strict';
  /* A second click sends nothing; a question is asked where the button wants it. */
  document.addEventListener('click', function (event) {
    var button = event.target;
    var question = button.getAttribute && button.getAttribute('data-confirm');
    if (question && !window.confirm(question)) {
      event.preventDefault();
    }
  });
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method.toLowerCase() !== 'post') {
      return;
    }
    if (form.getAttribute('data-sent')) {
      event.preventDefault();
      return;
    }
    /* Without a network the browser would put a page of its own in the place of this one. */
    if (
      navigator.onLine === false &&
      !event.defaultPrevented &&
      !window.confirm(document.body.getAttribute('data-no-network'))
    ) {
      event.preventDefault();
      return;
    }
    form.setAttribute('data-sent', '1');
    window.setTimeout(function () {
      form.removeAttribute('data-sent');
    }, 8000);
  });
  window.addEventListener('pageshow', function (event) {
    /* Back from the receipt: ask the server again, it knows that the form was sent. */
    if (event.persisted && document.querySelector('form[data-draft]')) {
      window.location.reload();
    }
    var forms = document.querySelectorAll('form[data-sent]');
    for (var i = 0; i < forms.length; i++) {
      forms[i].removeAttribute('data-sent');
    }
  });

  /* What was refused comes first for screen readers and keyboards. */
  var errors = document.querySelector('.errors');
  if (errors) {
    errors.focus();
  }

  /* Paper cannot be unfolded. */
  window.addEventListener('beforeprint', function () {
    var folded = document.querySelectorAll('details');
    for (var i = 0; i < folded.length; i++) {
      folded[i].open = true;
    }
  });

  var print = document.querySelector('[data-print]');
  if (print) {
    print.hidden = false;
    print.addEventListener('click', function () {
      window.print();
    });
  }

  /* A page that was kept on the phone says so. Whose pages are kept is said to the worker with every page,
     also where nothing of this one is: what was another's goes away. */
  var line = document.querySelector('[data-keep-for]'),
    workers = navigator.serviceWorker;
  var at = document.documentElement.getAttribute('data-kept-at');
  function two(number) {
    return ('0' + number).slice(-2);
  }
  if (line && at) {
    at = new Date(Number(at));
    at =
      two(at.getMonth() + 1) +
      '-\u2060' +
      two(at.getDate()) +
      '\u00a0' +
      two(at.getHours()) +
      ':' +
      two(at.getMinutes());
    line.querySelector('span').textContent = line.getAttribute('data-sentence').replace('{at}', at);
    line.hidden = false;
    window.addEventListener('online', function () {
      line.hidden = true;
    });
  }
  if (line && workers) {
    window.addEventListener('load', function () {
      var settled = document.querySelector('[data-settled]'),
        due = document.querySelector('[data-due]'),
        keeps = line.hasAttribute('data-keep');
      (keeps ? workers.register('/sw.js', {updateViaCache: 'all'}) : workers.getRegistration())
        .then(function (found) {
          return found && workers.ready;
        })
        .then(function (found) {
          if (!found) {
            return;
          }
          found.active.postMessage({
            who: line.getAttribute('data-keep-for'),
            page: location.href,
            gone: settled ? settled.getAttribute('data-settled').split(' ') : [],
            due:
              due && !(navigator.connection || {}).saveData
                ? due.getAttribute('data-due').split(' ')
                : []
          });
        })
        .catch(function () {
          /* Then nothing is kept. */
        });
    });
  }

  /* A password can be looked at while it is typed; it is sent as one. */
  function lookable(field) {
    var button = document.createElement('button');
    function name() {
      button.textContent = field.getAttribute(field.type === 'text' ? 'data-hide' : 'data-show');
    }
    button.type = 'button';
    button.className = 'button secondary';
    button.setAttribute('aria-controls', field.id);
    button.addEventListener('click', function () {
      field.type = field.type === 'text' ? 'password' : 'text';
      name();
    });
    field.form.addEventListener('submit', function () {
      field.type = 'password';
      name();
    });
    name();
    field.parentNode.appendChild(button);
  }
  Array.prototype.forEach.call(document.querySelectorAll('input[data-show]'), lookable);

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
})();
