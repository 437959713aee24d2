/* What could not be sent waits on the device and is delivered by itself, from whatever page of ours
   is open. Written for old phones: no modern syntax. */
(function () {
  'use strict';
  var box = document.querySelector('[data-outbox]');
  if (!box) {
    return;
  }
  var LOCK = 'jieli.lock',
    WHO = 'jieli.who',
    SAVED = 'jieli.saved.',
    ERASED = 'jieli.erased';
  var TIMEOUT = 20000,
    FIRST = 5000,
    LONGEST = 300000,
    HELD = 5000;
  var unit = box.getAttribute('data-unit'),
    account = box.getAttribute('data-account');
  var prefix = 'jieli.outbox.' + unit + '.';
  var tab = String(Math.random()),
    timer = 0,
    beat = 0,
    sending = '',
    shown = '',
    leaving = null,
    stays = false;
  var store;
  try {
    store = window.localStorage;
    store.getItem(WHO);
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
  function say(name, values) {
    return (box.getAttribute('data-' + name) || '').replace(/\{(\w+)\}/g, function (_, key) {
      return (values || {})[key];
    });
  }

  /* POST as a browser posts a form; then(status, answer, address): status 0 is no answer. */
  function request(url, pairs, then) {
    var asked = new XMLHttpRequest();
    asked.open('POST', url);
    asked.timeout = TIMEOUT;
    asked.setRequestHeader('Accept', 'application/json');
    asked.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded;charset=UTF-8');
    asked.onloadend = function () {
      var answer = null;
      try {
        answer = JSON.parse(asked.responseText);
      } catch (e) {
        answer = null;
      }
      then(asked.status, answer || {}, asked.responseURL || '');
    };
    asked.send(
      pairs
        .map(function (pair) {
          return (
            encodeURIComponent(pair[0]) +
            '=' +
            encodeURIComponent(pair[1].replace(/\r?\n/g, '\r\n'))
          );
        })
        .join('&')
    );
  }

  /* What has become of a sending: sent, waiting (again later), sign-in, refused, odd. */
  function outcome(status, answer, address) {
    if (status === 200 && !answer.receipt && /\/receipts\/[^/?]+$/.test(address)) {
      answer.url = address;
      answer.receipt = address.split('/').pop();
    }
    if (status === 200 && answer.receipt) {
      return 'sent';
    }
    if (status === 401 || status === 403) {
      return 'sign-in';
    }
    if (status === 0 || status >= 500 || status === 408 || status === 429) {
      return 'waiting';
    }
    return (status === 409 || status === 422) && answer.sentence ? 'refused' : 'odd';
  }

  function mine() {
    return keys(function (key) {
      return key.indexOf(prefix) === 0;
    })
      .map(get)
      .filter(Boolean);
  }
  function put(item) {
    var kept = set(prefix + item.name, item);
    show();
    return kept;
  }
  function drop(item) {
    remove(prefix + item.name);
    show();
  }
  /* Whether nobody else has signed in since, in another tab. */
  function current() {
    return [null, unit + '.' + account].indexOf(get(WHO)) >= 0;
  }
  function draftKey(name) {
    return 'jieli.' + name + '.' + account;
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

  /* One tab at a time. It says again and again that it is there: one that was killed holds up nobody for long. */
  function hold() {
    set(LOCK, {tab: tab, until: Date.now() + HELD});
  }
  function deliver() {
    window.clearTimeout(timer);
    var due = mine().filter(function (item) {
      return item.state === 'waiting';
    });
    due.sort(function (a, b) {
      return a.next - b.next;
    });
    if (sending || !due.length || !current()) {
      return;
    }
    var held = get(LOCK),
      wait = due[0].next - Date.now();
    if (held && held.tab !== tab && held.until > Date.now()) {
      wait = Math.max(wait, held.until - Date.now());
    }
    if (wait > 0) {
      timer = window.setTimeout(deliver, wait + 100);
      return;
    }
    sending = due[0].name;
    hold();
    window.setTimeout(function () {
      var item = get(prefix + sending);
      if ((get(LOCK) || {}).tab !== tab || !item || item.state !== 'waiting') {
        sending = '';
        timer = window.setTimeout(deliver, 1000);
        return;
      }
      send(item);
    }, 50);
  }
  function send(item) {
    var token = document.querySelector('input[name=_token]');
    var pairs = item.fields.concat([['_token', token ? token.value : '']]);
    beat = window.setInterval(hold, HELD / 3);
    request(item.url, pairs, function (status, answer, address) {
      var how = outcome(status, answer, address);
      window.clearInterval(beat);
      sending = '';
      remove(LOCK);
      if (how === 'odd' && status < 400) {
        how = 'waiting';
      } /* not our server */
      item.state = how === 'odd' ? 'refused' : how;
      item.tries += 1;
      item.next = Date.now() + Math.min(LONGEST, FIRST * Math.pow(2, item.tries - 1));
      if (how !== 'waiting') {
        told(item, answer);
      }
      /* The list of what is due was made before it arrived. */
      if (how === 'sent' && location.pathname === '/' && set(prefix + item.name, item)) {
        location.reload();
        return;
      }
      put(item);
      deliver();
    });
  }
  function told(item, answer) {
    item.sentence = answer.sentence || say(answer.asked ? 'asked' : 'odd');
    item.faults = answer.faults;
    item.asked = answer.asked;
    item.link = answer.asked ? item.url + '?asked=1' : answer.url;
    item.receipt = answer.receipt;
    if (item.receipt) {
      item.fields = item.typed = [];
      remove('jieli.' + item.name + '.' + item.account, item.tab);
      erase(SAVED + item.name + '.' + item.account);
      settled([item.url, item.url + '?correct=1']);
    }
  }

  /* The pages the phone keeps of it (worker.js) are those of a form that is still to be filled in.
     Without a list none is kept any more. */
  function settled(pages) {
    var worker = (navigator.serviceWorker || {}).controller;
    if (worker) {
      worker.postMessage({gone: pages});
    }
  }

  function element(name, text, css) {
    var made = document.createElement(name);
    if (text) {
      made.textContent = text;
    }
    if (css) {
      made.className = css;
    }
    return made;
  }
  function link(text, href) {
    var made = element('a', text);
    made.href = href;
    return made;
  }
  function button(text, click) {
    var made = element('button', text, 'button secondary');
    made.type = 'button';
    made.addEventListener('click', click);
    return made;
  }
  function note(kind, text, parts) {
    var made = element('div', '', 'note no-print note-' + kind),
      line = element('p');
    made.appendChild(element('p')).appendChild(element('strong', text));
    parts.forEach(function (part) {
      line.appendChild(part);
      line.appendChild(document.createTextNode(' '));
    });
    made.appendChild(line);
    return made;
  }

  /* The line on every page, and what became of each one. */
  function show() {
    var items = mine(),
      now = JSON.stringify([items, sending, leftHere()]);
    if (now === shown) {
      return;
    }
    shown = now;
    box.textContent = '';
    var waiting = items.filter(function (item) {
      return item.state === 'waiting';
    });
    if (waiting.length) {
      box.appendChild(list(waiting));
    }
    items.forEach(function (item) {
      if (item.state === 'sent') {
        box.appendChild(
          note('done', say('delivered', item), [
            link(say('receipt'), item.link),
            button(say('seen'), function () {
              drop(item);
            })
          ])
        );
      } else if (item.state === 'sign-in') {
        box.appendChild(note('warn', say('expired', item), [link(say('sign-in'), signIn())]));
      } else if (item.state === 'refused') {
        box.appendChild(
          note('warn', say('refused', item), [
            link(say('open'), item.link || item.page),
            button(say('discard'), function () {
              if (window.confirm(say('sure', item))) {
                drop(item);
              }
            })
          ])
        );
      }
    });
    leftHere().forEach(function (key) {
      var kept = get(key) || {};
      box.appendChild(
        note('warn', say('local', {title: kept.title || ''}), [link(say('look'), pageOf(key))])
      );
    });
    if (api.changed) {
      api.changed(items);
    }
  }
  function list(waiting) {
    var made = element('details', '', 'note note-warn no-print'),
      all = element('ul');
    made.appendChild(element('summary', say('waiting', {count: waiting.length})));
    waiting.forEach(function (item) {
      var at = new Date(item.at),
        minutes = ('0' + at.getMinutes()).slice(-2);
      var line = all.appendChild(element('li'));
      line.appendChild(link(item.title, item.page));
      line.appendChild(document.createTextNode(' ' + at.getHours() + ':' + minutes));
    });
    made.appendChild(all);
    return made;
  }
  function signIn() {
    return '/sign-in?next=' + encodeURIComponent(location.pathname + location.search);
  }

  function drafts() {
    return keys(function (key) {
      return (
        /^jieli\.(form|detail)\./.test(key) && key.slice(-account.length - 1) === '.' + account
      );
    });
  }
  /* Text of a form nobody would come upon: on the list of what is due all of it, on a receipt that of
     its own form, which opens no more once somebody has sent it. */
  function leftHere() {
    var receipt = document.querySelector('[data-sent-draft]'),
      own = receipt && draftKey(receipt.getAttribute('data-sent-draft'));
    if (!own && location.pathname !== '/') {
      return [];
    }
    return drafts().filter(function (key) {
      var name = key.split('.').slice(1, 3).join('.');
      return /^jieli\.form\./.test(key) && (!own || key === own) && !get(prefix + name);
    });
  }
  /* Where the form was sent the server leads to both; else it brings the text back by itself, or asks. */
  function pageOf(key) {
    return '/assignments/' + key.split('.')[2] + '/form?local=1';
  }

  /* Signing out: nothing that has not reached the server goes away unasked. */
  function unsent() {
    var items = mine().filter(function (item) {
      return item.state !== 'sent';
    });
    return drafts().concat(
      items.map(function (item) {
        return prefix + item.name;
      })
    );
  }
  /* Text that has reached the server, kept for pages that open again without a network. */
  function forget() {
    keys(function (key) {
      return key.indexOf(SAVED) === 0;
    }).forEach(erase);
  }
  function leave(form, left) {
    left.slice().forEach(function (one) {
      /* Another tab has what waits in the outbox as text. */
      if (one.indexOf(prefix) === 0) {
        left.push(draftKey(one.slice(prefix.length)));
      }
    });
    mine().forEach(function (item) {
      if (item.state === 'sent') {
        left.push(prefix + item.name);
      }
    });
    /* A form keeps what is typed once more as its page goes, in other tabs too; not what was just erased. */
    left = (api.erased || []).concat(left);
    api.erased = left;
    set(ERASED, left);
    left.forEach(erase);
    erase(ERASED);
    forget();
    if (navigator.onLine !== false || stays) {
      form.submit();
      return;
    }
    stays = true; /* Pressed again it is tried all the same. */
    settled(null);
    close(note('warn', say('not-out'), []));
  }
  /* Whoever comes next to this device is not shown what stood here. */
  function close(made) {
    var main = document.getElementById('main');
    api.changed = api.flush = leaving = null;
    main.textContent = '';
    main.appendChild(made);
    main.appendChild(box); /* of what is still on its way */
    made.setAttribute('role', 'status');
  }
  /* Nothing else is taken off a page: what was typed there may be kept nowhere. */
  function showsErased() {
    var form = document.querySelector('form[data-draft]');
    return form && api.erased.indexOf(draftKey(form.getAttribute('data-draft'))) >= 0;
  }
  /* In the place of what was said of signing out before. */
  function instead(made) {
    if (leaving) {
      box.parentNode.removeChild(leaving);
    }
    leaving = made;
    if (made) {
      box.parentNode.insertBefore(made, box);
    }
  }
  document.addEventListener(
    'submit',
    function (event) {
      var form = event.target;
      if (!store || !/\/sign-out$/.test(form.getAttribute('action') || '')) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      (
        api.flush ||
        function (then) {
          then();
        }
      )(function () {
        var left = unsent();
        if (!left.length) {
          leave(form, []);
          return;
        }
        instead(
          note('warn', say('leaving', {count: left.length}), [
            button(say('stay'), function () {
              instead(null);
            }),
            button(say('leave'), function () {
              leave(form, []);
            }),
            button(say('erase'), function () {
              leave(form, left);
            })
          ])
        );
        leaving.querySelector('button').focus();
      });
    },
    true
  );

  var api = (window.jieliOutbox = {
    get: get,
    set: set,
    copies: copies,
    keep: keep,
    remove: remove,
    request: request,
    outcome: outcome,
    draftKey: draftKey,
    put: put,
    drop: drop,
    deliver: deliver,
    element: element,
    link: link,
    button: button,
    signIn: signIn,
    current: current,
    account: account,
    decided: decided,
    find: function (name) {
      return get(prefix + name);
    },
    busy: function (name) {
      return sending === name;
    }
  });

  if (!current()) {
    forget();
  }
  set(WHO, unit + '.' + account);
  /* A page made after signing in again, or a receipt that is being read. */
  mine().forEach(function (item) {
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
      drop(item);
    } else {
      put(item);
    }
  });
  var read = document.querySelector('[data-sent-draft]');
  if (read) {
    var key = draftKey(read.getAttribute('data-sent-draft'));
    if (decided()) {
      remove(key);
    }
    keep(
      key,
      copies(key).filter(function (one) {
        return !one.sent;
      })
    );
    if (document.querySelector('[data-settled]')) {
      erase(key.replace('jieli.', SAVED));
    }
  }
  show();
  window.addEventListener('online', function () {
    mine().forEach(function (item) {
      if (item.state === 'waiting') {
        item.next = 0;
        put(item);
      }
    });
    deliver();
  });
  window.addEventListener('storage', function (event) {
    if (event.key === ERASED && event.newValue) {
      api.erased = (api.erased || []).concat(JSON.parse(event.newValue));
      if (showsErased()) {
        close(note('warn', say('out'), [link(say('sign-in'), signIn())]));
      }
    }
    if (event.key && event.key.indexOf(prefix) === 0) {
      show();
      deliver();
    }
  });
  window.addEventListener('pagehide', function () {
    if ((get(LOCK) || {}).tab === tab) {
      remove(LOCK);
    }
  });
  document.addEventListener('DOMContentLoaded', deliver);
})();
