/* The part of the worker that delivers behind closed pages. No modern syntax. */
(function () {
  'use strict';
  /* What waits in the outbox (outbox/behind.js), while no page of ours is open that does it itself. What
     is refused is left to a page: somebody must see it. */
  function deliver(owner) {
    return self.clients
      .matchAll({type: 'window', includeUncontrolled: true})
      .then(function (windows) {
        if (windows.length) {
          throw new Error('a page is open');
        }
        return Promise.all([parcels(), owner]).then(function (found) {
          return found[0].reduce(function (before, one) {
            return before.then(function () {
              return one.parcel.owner === found[1] && send(one);
            });
          }, Promise.resolve());
        });
      });
  }
  function send(one) {
    return fetch(one.parcel.url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8'
      },
      body: one.parcel.fields
        .map(function (pair) {
          var text = pair[1].replace(/\r?\n/g, '\r\n');
          return encodeURIComponent(pair[0]) + '=' + encodeURIComponent(text);
        })
        .join('&')
    }).then(function (answer) {
      if (answer.status >= 500 || answer.status === 429) {
        throw new Error('again later');
      }
      return stored('readwrite', function (store) {
        store.delete(one.id);
      });
    });
  }
  function parcels() {
    var found = [];
    return stored('readonly', function (store) {
      store.openCursor().onsuccess = function (event) {
        var at = event.target.result;
        if (at) {
          if (/\/item$/.test(at.key)) {
            found.push({id: at.key, parcel: at.value});
          }
          at.continue();
        }
      };
    }).then(function () {
      return found;
    });
  }
  function stored(how, act) {
    return new Promise(function (done, failed) {
      var asked = self.indexedDB.open('jieli-files', 1);
      asked.onupgradeneeded = function () {
        asked.result.createObjectStore('files');
      };
      asked.onerror = failed;
      asked.onsuccess = function () {
        var work = asked.result.transaction('files', how);
        work.oncomplete = function () {
          asked.result.close();
          done();
        };
        work.onabort = failed;
        act(work.objectStore('files'));
      };
    });
  }

  self.jieliDeliver = deliver;
})();
