/* What stands on the device, and the copies of a form in it. No modern syntax. */
(function () {
  'use strict';
  var store;
  try {
    store = window.localStorage;
    store.getItem('jieli.who');
  } catch (e) {
    store = null;
  }

  function get(key) {
    try {
      return JSON.parse(store.getItem(key));
    } catch (e) {
      return null;
    }
  }
  function set(key, value) {
    try {
      store.setItem(key, JSON.stringify(value));
      return true;
    } catch (e) {
      return false;
    }
  }
  function erase(key) {
    try {
      store.removeItem(key);
    } catch (e) {
      /* Then there is nothing. */
    }
  }
  function keys(fits) {
    var found = [],
      i;
    for (i = 0; store && i < store.length; i++) {
      if (fits(store.key(i))) {
        found.push(store.key(i));
      }
    }
    return found;
  }

  /* Of one form every tab keeps its own text, the latest first. */
  function copies(key) {
    var first = get(key);
    return first ? [first].concat(first.others || []) : [];
  }
  function keep(key, all) {
    all.forEach(function (one) {
      delete one.others;
    });
    if (!all.length) {
      erase(key);
      return true;
    }
    all[0].others = all.slice(1);
    return set(key, all[0]);
  }
  /* Without a tab the latest. */
  function remove(key, of) {
    keep(
      key,
      copies(key).filter(function (one, at) {
        return of ? one.tab !== of : at;
      })
    );
  }

  window.jieliStore = {
    works: !!store,
    get: get,
    set: set,
    erase: erase,
    keys: keys,
    copies: copies,
    keep: keep,
    remove: remove
  };
})();
