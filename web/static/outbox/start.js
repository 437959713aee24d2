/* How the outbox begins on a page, and what wakes it. No modern syntax. */
(function (outbox) {
  'use strict';
  if (!outbox) {
    return;
  }
  var store = window.jieliStore,
    items = outbox.items;

  /* A page made after signing in again, or a receipt that is being read. */
  function resume(item) {
    if (item.state === 'sign-in') {
      item.state = 'waiting';
    }
    if (item.state === 'waiting') {
      item.next = 0;
    }
    if (
      item.state === 'sent' &&
      item.link.split('/').pop() === location.pathname.split('/').pop()
    ) {
      outbox.drop(item);
    } else {
      outbox.put(item);
    }
  }
  /* A receipt: what was kept of its form is done with. */
  function read(name) {
    var key = outbox.draftKey(name);
    if (outbox.decided()) {
      store.remove(key);
    }
    store.keep(
      key,
      store.copies(key).filter(function (one) {
        return !one.sent;
      })
    );
    if (document.querySelector('[data-settled]')) {
      outbox.forgetSaved(name, outbox.account);
    }
  }
  /* There is a network again. */
  function wake() {
    items.mine().forEach(function (item) {
      if (item.state === 'waiting') {
        item.next = 0;
        outbox.put(item);
      }
    });
    outbox.deliver();
  }

  var receipt = document.querySelector('[data-sent-draft]');
  outbox.signedIn();
  items.mine().forEach(resume);
  if (receipt) {
    read(receipt.getAttribute('data-sent-draft'));
  }
  outbox.show();
  window.jieliBlobs.forgetOld();
  window.addEventListener('online', wake);
  window.addEventListener('storage', function (event) {
    if (event.key && items.isKey(event.key)) {
      outbox.show();
      outbox.deliver();
    }
  });
  document.addEventListener('DOMContentLoaded', outbox.deliver);
})(window.jieliOutbox);
