/* What was sent from a form page and waits in the outbox: it is not changed; it can be taken back. No
   modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    answers = page.answers,
    copies = page.copies,
    form = page.form;
  var key = page.key,
    say = page.say;
  /* What stands above the form while it waits. */
  var note = null;

  function isWaiting(item) {
    return !!item && (item.state === 'waiting' || item.state === 'sign-in');
  }
  function changed(items) {
    var item = items.filter(function (one) {
      return one.name === page.name;
    })[0];
    if (item && item.state === 'sent' && note) {
      delivered(item);
      return;
    }
    if (!isWaiting(item)) {
      page.move('released');
    }
    if (item && item.state === 'refused' && !comesBack(item)) {
      return;
    }
    if (isWaiting(item)) {
      page.move('parked');
    }
    tell(item);
  }
  function delivered(item) {
    page.move('arrived');
    out.remove(key, item.tab);
    location.href = item.link;
  }
  /* What was refused is a form again; false where another page opens for it. */
  function comesBack(item) {
    if (foreign(item)) {
      window.setTimeout(spare, 3000); /* its own tab comes first */
      return true;
    }
    if (!out.get(key)) {
      out.set(key, copyOf(item));
    }
    out.drop(item);
    page.offers.restore(item, !!item.faults || item.asked);
    if (page.faults.areElsewhere(item.faults)) {
      page.sending.reopen(item.link);
      return false;
    }
    if (!item.asked) {
      page.faults.show(
        item.faults || {},
        item.sentence,
        !item.faults && item.link && !page.comparing && !page.can('hidden')
      );
    }
    return true;
  }
  function tell(item) {
    if (note) {
      note.parentNode.removeChild(note);
      note = null;
    }
    if (!isWaiting(item)) {
      return;
    }
    note = out.element('div', '', 'note note-warn');
    note.setAttribute('role', 'status');
    var told = note.appendChild(
      out.element('p', say(item.state === 'waiting' ? 'put' : 'put-expired'), 'asked')
    );
    if (item.state === 'waiting') {
      out.behind.promised(item, function () {
        told.textContent = say('put-behind');
      });
    }
    if (item.state === 'sign-in') {
      note
        .appendChild(out.element('p'))
        .appendChild(out.link(say('sign-in'), out.signIn())).className = 'button';
    }
    if (window.jieliPhotos) {
      window.jieliPhotos.pictures(note, item.files);
    }
    if (!out.busy(page.name)) {
      note.appendChild(
        out.button(say('back'), function () {
          takeBack(item);
        })
      );
    }
    form.parentNode.insertBefore(note, form);
  }
  /* It may have arrived all the same: what is changed now goes under a key of its own. */
  function takeBack(item) {
    if (foreign(item)) {
      aside(item);
    } else {
      answers.write(item.typed);
      if (window.jieliPhotos) {
        window.jieliPhotos.restore(form, item.files);
      }
    }
    page.offers.renew();
    out.drop(item);
    copies.keep();
    page.autosave.later();
  }
  /* What another tab has sent goes over nothing that was typed in this one: it is kept beside it. */
  function foreign(item) {
    var now = answers.now();
    return (
      form.getAttribute('data-fresh') &&
      item.tab !== page.tab &&
      now !== page.marks.began &&
      now !== answers.mark(item.typed)
    );
  }
  function copyOf(item) {
    return {bases: item.bases, typed: item.typed, tab: item.tab, title: item.title};
  }
  function aside(item) {
    out.keep(
      key,
      out
        .copies(key)
        .filter(function (one) {
          return one.tab !== item.tab;
        })
        .concat([copyOf(item)])
    );
  }
  function spare() {
    var item = out.find(page.name);
    if (!item || item.state !== 'refused' || !foreign(item)) {
      return;
    }
    aside(item);
    out.drop(item);
    copies.keep();
  }

  page.waiting = {changed: changed, spare: spare};
})(window.jieliForm);
