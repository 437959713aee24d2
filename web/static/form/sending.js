/* Sending. An answer that is not understood leaves it to the browser. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    photos = window.jieliPhotos,
    answers = page.answers,
    copies = page.copies;
  var autosave = page.autosave,
    status = page.status,
    form = page.form,
    marks = page.marks,
    say = page.say;

  /* Pressed, and sent once the files are there. */
  var awaited = false;

  function send() {
    var pairs = answers.posted();
    if (!page.can('sends')) {
      return;
    }
    if (!out.current()) {
      copies.keep();
      autosave.notSaved(401);
      return;
    }
    page.waiting.spare();
    if (photos && !filesAreRight()) {
      return;
    }
    page.buttons.busy('send');
    if (photos && photos.pending(form).length) {
      afterFiles(pairs);
      return;
    }
    if (hasFiles()) {
      sendWithFiles(pairs);
      return;
    }
    page.move('send');
    copies.keep(true);
    status.tell(say('sending'));
    out.request(page.url, pairs.concat([['_act', 'send']]), function (code, answer, address) {
      page.move('answered');
      became(out.outcome(code, answer, address), pairs, code, answer);
    });
  }
  function became(how, pairs, code, answer) {
    if (how === 'sent') {
      page.buttons.done('send');
      page.move('arrived');
      out.remove(page.key, page.tab);
      out.put({
        name: page.name,
        state: 'sent',
        title: page.title(),
        receipt: answer.receipt,
        link: answer.url
      });
      location.href = answer.url;
    } else if (how === 'waiting' || how === 'sign-in') {
      page.buttons.rest('send');
      park(how, pairs);
    } else if (how === 'refused') {
      page.buttons.rest('send');
      copies.keep();
      refused(code, answer, answers.mark(pairs));
    } else {
      plainly('send');
    }
  }
  /* A file that was refused, or of which only a part arrived, is not left out without a word. */
  function filesAreRight() {
    var refusals = photos.refused(form),
      lost = photos.lost(form);
    if (Object.keys(refusals).length) {
      page.faults.show(refusals, '');
      return false;
    }
    if (!lost.length) {
      return true;
    }
    if (
      !window.confirm(
        say('lost', {
          name: lost
            .map(function (one) {
              return one.name;
            })
            .join('\u3001')
        })
      )
    ) {
      document.getElementById(lost[0].field).focus();
      return false;
    }
    photos.leave(form);
    return true;
  }
  /* What is on its way is waited for, without a second press. Without a network, or when the page goes
     away meanwhile, the outbox takes all of it. */
  function afterFiles(pairs) {
    var all = photos.pending(form),
      kept = photos.pending(form, true);
    var moving = Number(form.getAttribute('data-uploading')) && navigator.onLine !== false;
    if (!moving && kept.length === all.length) {
      copies.keep(true);
      park('waiting', pairs, kept);
    } else if (!moving) {
      page.buttons.rest('send');
      status.hold(say('uploading'));
    } else {
      status.tell(say('after-files'));
      awaited = true;
    }
  }
  function stopWaiting() {
    awaited = false;
    page.buttons.rest('send');
  }
  /* The last one has arrived, or one of them does not. */
  form.addEventListener('change', function (event) {
    if (!awaited || event.target.type !== 'hidden') {
      return;
    }
    window.setTimeout(function () {
      if (awaited && !Number(form.getAttribute('data-uploading'))) {
        stopWaiting();
        send();
      }
    }, 0);
  });
  window.addEventListener('offline', function () {
    if (awaited) {
      stopWaiting();
      send();
    }
  });
  window.addEventListener('pagehide', function () {
    var kept = awaited ? photos.pending(form, true) : [];
    if (kept.length && kept.length === photos.pending(form).length) {
      park('waiting', answers.posted(), kept);
    }
  });
  /* The whole file goes only into a request that can succeed: a small one asks first. */
  function sendWithFiles(pairs) {
    if (Number(form.getAttribute('data-uploading')) || navigator.onLine === false) {
      page.buttons.rest('send');
      status.hold(say('uploading'));
      return;
    }
    page.move('send');
    status.tell(say('sending'));
    autosave.ask(pairs, function (code, answer) {
      page.move('answered');
      if (code === 200 && answer.saved) {
        autosave.took(answer, answers.mark(pairs));
      }
      if (code === 200 || code === 409 || code === 422) {
        plainly('send');
      } else {
        page.buttons.rest('send');
        autosave.notSaved(code, answer);
      }
    });
  }
  function hasFiles() {
    return Array.prototype.some.call(form.elements, function (field) {
      return field.type === 'file' && field.files && field.files.length;
    });
  }
  /* As the browser itself does it. */
  function plainly(act) {
    var input = out.element('input');
    /* Then no page of the server would come, but one of the browser's own. */
    if (navigator.onLine === false) {
      page.buttons.rest(act);
      copies.keep();
      status.onlyHere();
      return;
    }
    input.type = 'hidden';
    input.name = '_act';
    input.value = act;
    form.appendChild(input);
    copies.keep(act === 'send');
    form.submit();
  }
  function compare() {
    return out.button(say('compare'), function () {
      plainly('compare');
    });
  }

  function park(how, pairs, files) {
    awaited = false;
    page.buttons.rest('send');
    if (files) {
      window.jieliUploads.pause();
    }
    var kept = out.put({
      name: page.name,
      tab: page.tab,
      account: out.account,
      state: how,
      title: page.title(),
      at: Date.now(),
      tries: 1,
      next: files ? 0 : Date.now() + 5000,
      url: page.url,
      page: location.pathname + location.search,
      typed: answers.only(pairs),
      files: files || [],
      lost: say('lost-file'),
      bases: [marks.clean, marks.trying],
      /* Without _confirmed the checks ask nothing back: nobody is there to answer. */
      fields: pairs
        .filter(function (pair) {
          return pair[0] !== '_token' && pair[0] !== '_confirmed';
        })
        .concat([['_act', 'send']])
    });
    status.tell(kept ? '' : say('full'));
    if (kept) {
      out.deliver();
    }
  }
  function refused(code, answer, sent) {
    status.tell('');
    if (answer.over) {
      page.ended();
      return;
    }
    if (code === 422) {
      autosave.took({version: answer.version}, sent);
    } else {
      page.move('refused');
    }
    /* The form was replaced since this page was made; the server keeps what was typed. */
    if (code === 422 && (answer.url || page.faults.areElsewhere(answer.faults))) {
      reopen(answer.url);
      return;
    }
    page.faults.show(answer.faults || {}, answer.sentence, code === 409 && answer.url);
  }
  function reopen(url) {
    location.href = url || page.url + '?faults=1';
  }

  page.plainly = plainly;
  page.compare = compare;
  page.sending = {send: send, reopen: reopen};
})(window.jieliForm);
