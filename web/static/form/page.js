/* A form that loses nothing: what is typed stays on the device until the server has it, and what is
   sent without a network waits in the outbox. The files of this folder are its parts, one request
   together; what they share stands here. Written for old phones: no modern syntax. */
(function () {
  'use strict';
  var out = window.jieliOutbox,
    states = window.jieliStates;
  var form = document.querySelector('form[data-draft]');
  if (!form || !out) {
    return;
  }
  var words = document.querySelector('[data-form-words]');
  var name = form.getAttribute('data-draft'),
    key = out.draftKey(name);
  var live = form.hasAttribute('data-form'),
    comparing = !!form.querySelector('button[value=compare]');

  function first() {
    if (form.hasAttribute('data-closed')) {
      return 'arrived';
    }
    return !live ? 'plain' : comparing ? 'stopped' : 'open';
  }
  var life = new states.Life(first());

  function say(what, values) {
    return ((words && words.getAttribute('data-' + what)) || '').replace(
      /\{(\w+)\}/g,
      function (_, word) {
        return (values || {})[word];
      }
    );
  }
  function own(field) {
    return form.elements.namedItem(field) || {};
  }
  /* From what this page was made, for the sending and for a sign-in in between. */
  function made(field, value) {
    own(field).value = value;
    own('made').value = [own('_send_key').value, own('_seen').value, own('_draft').value].join('.');
  }
  function title() {
    var head = document.querySelector('h1');
    return head ? head.textContent.trim() : name;
  }

  window.jieliForm = {
    form: form,
    name: name,
    key: key,
    url: form.getAttribute('action'),
    live: live,
    comparing: comparing,
    tab: String(Math.random()),
    /* Where the phone keeps pages, what the server has of this one is kept along, under this key. */
    savedKey:
      live &&
      navigator.serviceWorker &&
      document.querySelector('[data-keep]') &&
      key.replace('jieli.', 'jieli.saved.'),
    /* Something was typed before the scripts were here. */
    early: false,
    /* Of answers, to tell whether two of them differ: what the server has; what it is being sent; what
       stood here at first; what was brought back from another page; what a copy was typed over that is
       being compared. */
    marks: {clean: '', trying: '', began: '', taken: '', bases: null},
    can: function (what) {
      return life.can(what);
    },
    move: function (event) {
      var state = life.move(event);
      form.hidden = states.STATES[state].hidden === true;
    },
    /* The task was closed or withdrawn: its page says so, and shows what only the phone holds. */
    ended: function () {
      window.location.replace(window.location.pathname + window.location.search);
    },
    say: say,
    own: own,
    made: made,
    title: title
  };
})();
