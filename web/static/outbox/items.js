/* What could not be sent waits on the device and is delivered by itself, from whatever page of ours
   is open. The files of this folder are one request together; here are the items that wait, and what
   else stands on the device for the account. Written for old phones: no modern syntax. */
(function () {
  'use strict';
  var box = document.querySelector('[data-outbox]'),
    store = window.jieliStore;
  if (!box) {
    return;
  }
  var made = window.jieliElements,
    asked = window.jieliRequests;
  var WHO = 'jieli.who',
    SAVED = 'jieli.saved.';
  var unit = box.getAttribute('data-unit'),
    account = box.getAttribute('data-account');
  var prefix = 'jieli.outbox.' + unit + '.';

  function say(name, values) {
    return (box.getAttribute('data-' + name) || '').replace(/\{(\w+)\}/g, function (_, key) {
      return (values || {})[key];
    });
  }

  /* The items of the unit. Each is in one state: waiting, sign-in, refused or sent. */
  function mine() {
    return store
      .keys(function (key) {
        return key.indexOf(prefix) === 0;
      })
      .map(store.get)
      .filter(Boolean);
  }
  function find(name) {
    return store.get(prefix + name);
  }
  /* Whether nobody has taken it back, or sent another one since. */
  function stands(item) {
    var now = find(item.name);
    return !!now && now.at === item.at;
  }
  function put(item) {
    var kept = keep(item);
    outbox.show();
    return kept;
  }
  /* Without a word of it on this page. */
  function keep(item) {
    outbox.behind.mirror(item);
    return store.set(prefix + item.name, item);
  }
  function drop(item) {
    store.remove(prefix + item.name);
    outbox.behind.forget(item);
    outbox.show();
  }
  function keyOf(item) {
    return prefix + item.name;
  }
  function nameOf(key) {
    return key.slice(prefix.length);
  }
  function isKey(key) {
    return key.indexOf(prefix) === 0;
  }

  /* Whether nobody else has signed in since, in another tab. */
  function current() {
    return [null, unit + '.' + account].indexOf(store.get(WHO)) >= 0;
  }
  function signedIn() {
    if (!current()) {
      forget();
    }
    store.set(WHO, unit + '.' + account);
  }
  function signIn() {
    return '/sign-in?next=' + encodeURIComponent(location.pathname + location.search);
  }

  function draftKey(name) {
    return 'jieli.' + name + '.' + account;
  }
  function drafts() {
    return store.keys(function (key) {
      return (
        /^jieli\.(form|detail)\./.test(key) && key.slice(-account.length - 1) === '.' + account
      );
    });
  }
  /* Text that has reached the server, kept for pages that open again without a network. */
  function forget() {
    store
      .keys(function (key) {
        return key.indexOf(SAVED) === 0;
      })
      .forEach(store.erase);
  }
  function forgetSaved(name, of) {
    store.erase(SAVED + name + '.' + of);
  }
  /* The pages the phone keeps of it (worker.js) are those of a form that is still to be filled in.
     Without a list none is kept any more. */
  function settled(pages) {
    var worker = (navigator.serviceWorker || {}).controller;
    if (worker) {
      worker.postMessage({gone: pages});
    }
  }
  /* This page came of a decision between two answers: what was kept for it is done with. Said once,
     because what is typed from here on is new. */
  function decided() {
    var address = location.search
      .replace(/([?&])(merged|theirs)=1(&|$)/, '$1')
      .replace(/[?&]$/, '');
    if (address === location.search) {
      return false;
    }
    history.replaceState(null, '', location.pathname + address + location.hash);
    return true;
  }

  /* A form hangs itself in: `changed(items)`, `flush(then)`. `erased`: the keys that somebody who signed
     out wanted gone. */
  var outbox = (window.jieliOutbox = {
    changed: null,
    flush: null,
    erased: null,
    box: box,
    account: account,
    say: say,
    get: store.get,
    set: store.set,
    copies: store.copies,
    keep: store.keep,
    remove: store.remove,
    request: asked.request,
    outcome: asked.outcome,
    element: made.element,
    link: made.link,
    button: made.button,
    items: {mine: mine, keep: keep, keyOf: keyOf, nameOf: nameOf, isKey: isKey, stands: stands},
    find: find,
    put: put,
    drop: drop,
    current: current,
    signedIn: signedIn,
    signIn: signIn,
    draftKey: draftKey,
    drafts: drafts,
    forget: forget,
    forgetSaved: forgetSaved,
    settled: settled,
    decided: decided
  });
})();
