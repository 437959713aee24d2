/* Photos and files that have not reached the server, kept on the device beside the text of their form.
   Where the browser keeps none, everything answers with nothing. No modern syntax. */
(function () {
  'use strict';
  var NAME = 'jieli-files',
    STORE = 'files',
    OLDEST = 30 * 864e5;
  var opened = null,
    waiting = null;

  function open(then) {
    if (opened || !window.indexedDB) {
      then(opened);
      return;
    }
    if (waiting) {
      waiting.push(then);
      return;
    }
    waiting = [then];
    var asked;
    try {
      asked = window.indexedDB.open(NAME, 1);
    } catch (e) {
      ready(null);
      return;
    }
    asked.onupgradeneeded = function () {
      asked.result.createObjectStore(STORE);
    };
    asked.onsuccess = function () {
      ready(asked.result);
    };
    asked.onerror = asked.onblocked = function () {
      ready(null);
    };
  }
  function ready(database) {
    var all = waiting || [];
    opened = database;
    waiting = null;
    all.forEach(function (then) {
      then(database);
    });
  }
  /* then(what the act came to), or then(null). */
  function work(how, act, then) {
    then = then || function () {};
    open(function (database) {
      var done, asked;
      if (!database) {
        then(null);
        return;
      }
      try {
        done = database.transaction(STORE, how);
        asked = act(done.objectStore(STORE));
      } catch (e) {
        then(null);
        return;
      }
      done.oncomplete = function () {
        then(asked && asked.result !== undefined ? asked.result : null);
      };
      done.onabort = done.onerror = function () {
        then(null);
      };
    });
  }
  function put(id, entry, then) {
    entry.at = Date.now();
    work(
      'readwrite',
      function (store) {
        return store.put(entry, id);
      },
      then
    );
  }
  function get(id, then) {
    work(
      'readonly',
      function (store) {
        return store.get(id);
      },
      then
    );
  }
  function remove(id) {
    work('readwrite', function (store) {
      return store.delete(id);
    });
  }
  /* Takes away what fits. */
  function sweep(fits) {
    work('readwrite', function (store) {
      store.openCursor().onsuccess = function (event) {
        var at = event.target.result;
        if (!at) {
          return;
        }
        if (fits(at.key, at.value)) {
          at.delete();
        }
        at.continue();
      };
    });
  }
  /* Of these forms, by their keys (items.js). */
  function forget(keys) {
    sweep(function (id) {
      return keys.indexOf(id.split('/')[0]) >= 0;
    });
  }
  function forgetOld() {
    sweep(function (id, entry) {
      return Date.now() - entry.at > OLDEST;
    });
  }

  window.jieliBlobs = {
    put: put,
    get: get,
    remove: remove,
    forget: forget,
    forgetOld: forgetOld
  };
})();
