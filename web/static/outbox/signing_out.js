/* Signing out: nothing that has not reached the server goes away unasked. No modern syntax. */
(function (outbox) {
  'use strict';
  if (!outbox) {
    return;
  }
  var store = window.jieliStore,
    made = window.jieliElements,
    items = outbox.items,
    say = outbox.say,
    box = outbox.box;
  var ERASED = 'jieli.erased';
  /* What asks on this page; it could not sign out without a network, and said so. */
  var asking = null,
    stays = false;

  function unsent() {
    var waiting = items.mine().filter(function (item) {
      return item.state !== 'sent';
    });
    return outbox.drafts().concat(waiting.map(items.keyOf));
  }
  /* Another tab has what waits in the outbox as text. */
  function draftsOf(left) {
    return left.filter(items.isKey).map(function (key) {
      return outbox.draftKey(items.nameOf(key));
    });
  }
  function delivered() {
    return items
      .mine()
      .filter(function (item) {
        return item.state === 'sent';
      })
      .map(items.keyOf);
  }
  function leave(form, left) {
    erase(left.concat(draftsOf(left), delivered()));
    outbox.forget();
    if (navigator.onLine !== false || stays) {
      form.submit();
      return;
    }
    stays = true; /* Pressed again it is tried all the same. */
    outbox.settled(null);
    close(made.note('warn', say('not-out'), []));
  }
  /* A form keeps what is typed once more as its page goes, in other tabs too; not what was just erased. */
  function erase(left) {
    outbox.erased = (outbox.erased || []).concat(left);
    store.set(ERASED, outbox.erased);
    outbox.erased.forEach(store.erase);
    window.jieliBlobs.forget(outbox.erased);
    store.erase(ERASED);
  }
  /* Another tab has signed out. Nothing but what it erased is taken off a page: what was typed there may
     be kept nowhere. */
  function erasedElsewhere(keys) {
    var form = document.querySelector('form[data-draft]');
    outbox.erased = (outbox.erased || []).concat(keys);
    if (form && outbox.erased.indexOf(outbox.draftKey(form.getAttribute('data-draft'))) >= 0) {
      close(made.note('warn', say('out'), [made.link(say('sign-in'), outbox.signIn())]));
    }
  }
  /* Whoever comes next to this device is not shown what stood here. */
  function close(note) {
    var main = document.getElementById('main');
    outbox.changed = outbox.flush = asking = null;
    main.textContent = '';
    main.appendChild(note);
    main.appendChild(box); /* of what is still on its way */
    note.setAttribute('role', 'status');
  }
  /* In the place of what was said of signing out before. */
  function instead(note) {
    if (asking) {
      box.parentNode.removeChild(asking);
    }
    asking = note;
    if (note) {
      box.parentNode.insertBefore(note, box);
    }
  }
  function ask(form) {
    var left = unsent();
    if (!left.length && stays) {
      leave(form, []);
      return;
    }
    if (!left.length) {
      instead(
        made.note('warn', say('out-sure'), [
          made.button(say('stay'), function () {
            instead(null);
          }),
          made.button(say('out-yes'), function () {
            leave(form, []);
          })
        ])
      );
      focus();
      return;
    }
    instead(
      made.note('warn', say('leaving', {count: left.length}), [
        made.button(say('stay'), function () {
          instead(null);
        }),
        made.button(say('leave'), function () {
          leave(form, []);
        }),
        made.button(say('erase'), function () {
          leave(form, left);
        })
      ])
    );
    focus();
  }
  function focus() {
    asking.querySelector('button').focus();
    asking.scrollIntoView();
  }
  document.addEventListener(
    'submit',
    function (event) {
      var form = event.target;
      if (!store.works || !/\/sign-out$/.test(form.getAttribute('action') || '')) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      (
        outbox.flush ||
        function (then) {
          then();
        }
      )(function () {
        ask(form);
      });
    },
    true
  );
  window.addEventListener('storage', function (event) {
    if (event.key === ERASED && event.newValue) {
      erasedElsewhere(JSON.parse(event.newValue));
    }
  });
})(window.jieliOutbox);
