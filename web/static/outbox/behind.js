/* Delivery goes on behind closed pages where the browser can: the worker (worker.js) finds here what it
   may send. What it sent a page sends again and gets the same receipt. No modern syntax. */
(function (outbox) {
  'use strict';
  if (!outbox) {
    return;
  }
  var blobs = window.jieliBlobs,
    TAG = 'jieli-outbox';

  function idOf(item) {
    return outbox.items.keyOf(item) + '/item';
  }
  /* Files it leaves to a page. */
  function mirror(item) {
    if (item.state === 'waiting' && !(item.files || []).length) {
      blobs.put(idOf(item), {
        url: item.url,
        fields: item.fields,
        owner: outbox.box.getAttribute('data-unit') + '.' + outbox.account
      });
    } else {
      blobs.remove(idOf(item));
    }
  }
  function forget(item) {
    blobs.remove(idOf(item));
  }
  /* then() only where the browser has promised to wake the worker. */
  function promised(item, then) {
    var workers = navigator.serviceWorker;
    if (!workers || !workers.controller || !window.SyncManager || (item.files || []).length) {
      return;
    }
    workers.ready
      .then(function (found) {
        return found.sync.register(TAG);
      })
      .then(then)
      .catch(function () {
        /* Then pages do it. */
      });
  }

  outbox.behind = {mirror: mirror, forget: forget, promised: promised};
})(window.jieliOutbox);
