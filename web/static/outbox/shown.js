/* The line on every page, and what became of each item. No modern syntax. */
(function (outbox) {
  'use strict';
  if (!outbox) {
    return;
  }
  var store = window.jieliStore,
    made = window.jieliElements,
    say = outbox.say,
    box = outbox.box;
  /* What is shown, so that it is not made anew. */
  var shown = '';

  function show() {
    var items = outbox.items.mine(),
      left = leftHere(),
      now = JSON.stringify([items, outbox.sending(), left]);
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
      if (NOTES[item.state]) {
        box.appendChild(NOTES[item.state](item));
      }
    });
    left.forEach(function (key) {
      var kept = store.get(key) || {};
      box.appendChild(
        made.note('warn', say('local', {title: kept.title || ''}), [
          made.link(say('look'), pageOf(key))
        ])
      );
    });
    if (outbox.changed) {
      outbox.changed(items);
    }
  }
  /* By the state of an item. */
  var NOTES = {
    sent: function (item) {
      return made.note('done', say('delivered', item), [
        made.link(say('receipt'), item.link),
        made.button(say('seen'), function () {
          outbox.drop(item);
        })
      ]);
    },
    'sign-in': function (item) {
      return made.note('warn', say('expired', item), [made.link(say('sign-in'), outbox.signIn())]);
    },
    refused: function (item) {
      return made.note('warn', say('refused', item), [
        made.link(say('open'), item.link || item.page),
        made.button(say('discard'), function () {
          if (window.confirm(say('sure', item))) {
            outbox.drop(item);
          }
        })
      ]);
    }
  };
  function list(waiting) {
    var details = made.element('details', '', 'note note-warn no-print'),
      all = made.element('ul');
    details.appendChild(made.element('summary', say('waiting', {count: waiting.length})));
    waiting.forEach(function (item) {
      var at = new Date(item.at),
        minutes = ('0' + at.getMinutes()).slice(-2);
      var line = all.appendChild(made.element('li'));
      line.appendChild(made.link(item.title, item.page));
      line.appendChild(document.createTextNode(' ' + at.getHours() + ':' + minutes));
    });
    details.appendChild(all);
    return details;
  }
  /* Text of a form nobody would come upon: on the list of what is due all of it, on a receipt that of
     its own form, which opens no more once somebody has sent it. */
  function leftHere() {
    var receipt = document.querySelector('[data-sent-draft]'),
      own = receipt && outbox.draftKey(receipt.getAttribute('data-sent-draft'));
    if (!own && location.pathname !== '/') {
      return [];
    }
    return outbox.drafts().filter(function (key) {
      var name = key.split('.').slice(1, 3).join('.');
      return /^jieli\.form\./.test(key) && (!own || key === own) && !outbox.find(name);
    });
  }
  /* Where the form was sent the server leads to both; else it brings the text back by itself, or asks. */
  function pageOf(key) {
    return '/assignments/' + key.split('.')[2] + '/form?local=1';
  }

  outbox.show = show;
})(window.jieliOutbox);
