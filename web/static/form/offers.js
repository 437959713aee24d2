/* What only the phone holds comes back into the form, or is offered. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    photos = window.jieliPhotos,
    answers = page.answers,
    copies = page.copies;
  var form = page.form,
    key = page.key,
    marks = page.marks,
    own = page.own,
    comparing = page.comparing;

  /* A page that opened again without a network: a page of its own for the server, or its drafts would go
     over those of the tab it was made for; and as far on as the phone knows, unless it is made of more. */
  function resume(typed) {
    var kept = out.get(page.savedKey),
      local = out.get(key);
    renew();
    /* It was fetched before anybody looked at it. */
    if (own('_draft').value === '0') {
      own('_opened').value = String(Math.floor(Date.now() / 1000));
    }
    if (typed) {
      return false;
    }
    if (fits(kept)) {
      answers.write(kept.typed);
      marks.clean = answers.now();
    }
    if (!fits(local)) {
      return false;
    }
    marks.clean = local.bases[0];
    marks.trying = local.bases[1];
    return true;
  }
  function fits(copy) {
    var same = copy && copy.seen === own('_seen').value && copy.form === own('_version').value;
    if (!same || Number(copy.draft) < Number(own('_draft').value)) {
      return false;
    }
    page.made('_draft', copy.draft);
    return true;
  }
  function renew() {
    page.made(
      '_send_key',
      (Math.random().toString(36) + Math.random().toString(36)).replace(/\W/g, '')
    );
  }

  /* Sure: it belongs to this page, whatever the server shows. */
  function restore(kept, sure) {
    var now = answers.now(),
      offer = document.querySelector('[data-restore]');
    if (!kept || !kept.typed || !form.getAttribute('data-fresh')) {
      return;
    }
    if (isHere(kept, now)) {
      filesOf(kept, now);
      return;
    }
    var fitting = kept.bases.indexOf(now) >= 0;
    if (sure || comparing || fitting || (alone() && !page.early)) {
      bringBack(kept, !sure && !comparing && !fitting);
    } else if (offer) {
      ask(offer, kept);
    }
  }
  /* Of its own it holds no text, at most files that did not arrive. */
  function isHere(kept, now) {
    var mark = answers.mark(kept.typed);
    return mark === now || ((kept.files || []).some(copies.unfinished) && mark === kept.bases[0]);
  }
  function filesOf(kept, now) {
    if (photos) {
      photos.restore(form, kept.files);
    }
    copies.keep();
    kept = out.get(key);
    if (kept && kept.tab !== page.tab && answers.mark(kept.typed || []) !== now) {
      restore(kept);
    }
  }
  function bringBack(kept, gently) {
    var note = document.querySelector('[data-restored]');
    /* Looking at both decides nothing: the copy still belongs to what it was typed over. */
    if (comparing) {
      marks.bases = kept.bases;
    }
    marks.taken = answers.mark(kept.typed);
    answers.write(kept.typed, gently);
    if (photos) {
      photos.restore(form, kept.files);
    }
    copies.keep();
    if (comparing && performance.navigation.type !== 2) {
      page.plainly('compare');
      return;
    } /* unless one has stepped back */
    if (note) {
      note.hidden = false;
    }
    page.autosave.later();
  }
  /* Nobody has kept or sent anything: what differs is only what the server fills in by itself. */
  function alone() {
    return page.live && own('_draft').value === '0' && own('_seen').value === '0';
  }

  /* Until the person has decided, neither goes over the other, and nothing is typed past the offer. */
  function ask(offer, kept) {
    page.move('offered');
    show(offer, kept, function () {
      page.move('decided');
      restore(out.get(key));
    });
  }
  /* The copy of this device, which goes away only when the person is sure. */
  function show(offer, kept, then) {
    var refuse = offer.querySelector('button');
    offer.hidden = false;
    refuse.onclick = function () {
      if (!window.confirm(refuse.getAttribute('data-sure'))) {
        return;
      }
      out.remove(key, kept.tab);
      offer.hidden = true;
      then();
    };
  }
  /* It was withdrawn: nothing is kept or sent any more, what the device holds can be read. */
  function lastLook() {
    var item = out.find(page.name),
      kept = out.get(key) || item;
    if (!kept || !kept.typed) {
      return;
    }
    answers.write(kept.typed);
    show(document.querySelector('[data-restore]'), kept, function () {
      if (item) {
        out.drop(item);
      }
      lastLook();
    });
  }

  page.offers = {resume: resume, renew: renew, restore: restore, lastLook: lastLook};
})(window.jieliForm);
