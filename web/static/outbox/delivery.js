/* Delivering what waits: one tab at a time, one item after another. No modern syntax. */
(function (outbox) {
  'use strict';
  if (!outbox) {
    return;
  }
  var store = window.jieliStore,
    requests = window.jieliRequests,
    items = outbox.items;
  var LOCK = 'jieli.lock',
    FIRST = 5000,
    LONGEST = 300000,
    HELD = 5000;
  var tab = String(Math.random());
  /* The next delivery; the name of what is on its way, and how this tab says that it is at it. */
  var timer = 0,
    sending = '',
    beat = 0;

  /* It says again and again that it is there: one that was killed holds up nobody for long. */
  function hold() {
    store.set(LOCK, {tab: tab, until: Date.now() + HELD});
  }
  function holds() {
    return (store.get(LOCK) || {}).tab === tab;
  }
  function release() {
    if (holds()) {
      store.remove(LOCK);
    }
  }
  function held() {
    var lock = store.get(LOCK);
    return lock && lock.tab !== tab ? Math.max(0, lock.until - Date.now()) : 0;
  }
  function due() {
    return items
      .mine()
      .filter(function (item) {
        return item.state === 'waiting';
      })
      .sort(function (a, b) {
        return a.next - b.next;
      })[0];
  }
  function deliver() {
    var first = due();
    window.clearTimeout(timer);
    if (sending || !first || !outbox.current()) {
      return;
    }
    var wait = Math.max(first.next - Date.now(), held());
    if (wait > 0) {
      timer = window.setTimeout(deliver, wait + 100);
      return;
    }
    sending = first.name;
    hold();
    window.setTimeout(begin, 50);
  }
  /* Two tabs may have begun at once: the later one has it. */
  function begin() {
    var item = outbox.find(sending);
    if (!holds() || !item || item.state !== 'waiting') {
      sending = '';
      timer = window.setTimeout(deliver, 1000);
      return;
    }
    send(item);
  }
  /* Its files first: they are answers of it. */
  function send(item) {
    beat = window.setInterval(hold, HELD / 3);
    outbox.upload(item, function (status, answer) {
      if (status === 200) {
        post(item);
      } else {
        ended(item, status, answer, '');
      }
    });
  }
  function post(item) {
    var token = document.querySelector('input[name=_token]');
    var pairs = item.fields.concat([['_token', token ? token.value : '']]);
    requests.request(item.url, pairs, function (status, answer, address) {
      ended(item, status, answer, address);
    });
  }
  /* What was taken back on its way is not put back, unless it arrived all the same. */
  function ended(item, status, answer, address) {
    var how = requests.outcome(status, answer, address);
    window.clearInterval(beat);
    sending = '';
    store.remove(LOCK);
    if (how === 'sent' || items.stands(item)) {
      became(item, status, answer, how);
    } else {
      deliver();
    }
  }
  function became(item, status, answer, how) {
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
    if (how === 'sent' && location.pathname === '/' && items.keep(item)) {
      location.reload();
      return;
    }
    outbox.put(item);
    deliver();
  }
  function told(item, answer) {
    item.sentence = answer.sentence || outbox.say(answer.asked ? 'asked' : 'odd');
    item.faults = answer.faults;
    item.asked = answer.asked;
    item.link = answer.asked ? item.url + '?asked=1' : answer.url;
    item.receipt = answer.receipt;
    if (item.receipt) {
      item.fields = item.typed = [];
      store.remove('jieli.' + item.name + '.' + item.account, item.tab);
      outbox.forgetSaved(item.name, item.account);
      outbox.settled([item.url, item.url + '?correct=1']);
    }
  }
  window.addEventListener('pagehide', release);

  outbox.deliver = deliver;
  outbox.sending = function () {
    return sending;
  };
  outbox.busy = function (name) {
    return sending === name;
  };
})(window.jieliOutbox);
