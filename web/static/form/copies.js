/* The copies on the phone: every page that is open on a form keeps its own. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    photos = window.jieliPhotos,
    answers = page.answers;
  var form = page.form,
    key = page.key,
    marks = page.marks,
    own = page.own;
  var planned = 0;

  /* Kept with what the server had shown: if it still shows that, the text comes back by itself;
     if it has something else by now, the person decides. */
  function keep(sent) {
    var pairs = answers.posted(),
      files = photos ? photos.files(form) : [],
      all = elsewhere();
    var mine = answers.mark(pairs) !== marks.clean || sent === true || files.some(unfinished);
    window.clearTimeout(planned);
    if (!page.can('keeps') || erased()) {
      return;
    }
    warnElsewhere();
    if (mine) {
      all.unshift(copyOf(pairs, files, sent === true));
    }
    out.keep(key, all);
    if (page.live && mine && all.length === 1 && navigator.onLine === false) {
      page.status.onlyHere();
    }
  }
  function copyOf(pairs, files, sent) {
    var copy = heard(pairs);
    copy.bases = marks.bases || [marks.clean, marks.trying];
    copy.files = files;
    copy.sent = sent;
    copy.tab = page.tab;
    copy.title = page.title();
    return copy;
  }
  function soon() {
    window.clearTimeout(planned);
    planned = window.setTimeout(keep, 300);
  }
  function unfinished(file) {
    return !file.done;
  }
  /* With what the phone has heard of the server by now. */
  function heard(pairs) {
    return {
      typed: answers.only(pairs),
      draft: own('_draft').value,
      seen: own('_seen').value,
      form: own('_version').value
    };
  }
  /* Beside a page that opens without a network: what the server has of it. */
  function keepServers() {
    if (page.savedKey && !out.erased) {
      out.set(page.savedKey, heard(answers.posted()));
    }
  }
  /* Signing out, by the person: it is neither kept nor saved any more. */
  function erased() {
    return (out.erased || []).indexOf(key) >= 0;
  }
  /* What other tabs have typed into this form, unless it stands here too or on the server. */
  function elsewhere() {
    var here = [answers.now(), marks.clean, marks.taken];
    return out.copies(key).filter(function (one) {
      return one.tab !== page.tab && one.typed && here.indexOf(answers.mark(one.typed)) < 0;
    });
  }
  function warnElsewhere() {
    if (!page.can('saves') || !elsewhere().length) {
      return;
    }
    page.status.warn(
      page.say('elsewhere'),
      answers.now() === marks.clean && out.link(page.say('compare'), page.url + '?conflict=1')
    );
  }
  /* The page goes away. While it sends or is done with, what is kept has been kept. */
  function leave() {
    if (page.can('rests') && !(out.get(key) || {}).sent) {
      keep();
    }
  }
  /* Another tab has written; it may have gone past what this one had kept. */
  function written() {
    var now = answers.now();
    if (page.can('hidden') || erased()) {
      return;
    }
    if (
      now !== marks.clean &&
      !out.copies(key).some(function (one) {
        return one.typed && answers.mark(one.typed) === now;
      })
    ) {
      keep();
    }
    warnElsewhere();
  }
  ['pagehide', 'beforeunload'].forEach(function (what) {
    window.addEventListener(what, leave);
  });
  document.addEventListener('visibilitychange', function () {
    if (document.hidden) {
      leave();
    }
  });
  window.addEventListener('storage', function (event) {
    if (event.key === key) {
      written();
    }
  });

  page.copies = {
    keep: keep,
    soon: soon,
    unfinished: unfinished,
    keepServers: keepServers,
    erased: erased
  };
})(window.jieliForm);
