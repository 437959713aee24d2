/* A form that loses nothing: what is typed stays on the device until the server has it, and what is
   sent without a network waits in the outbox. Written for old phones: no modern syntax. */
(function () {
  'use strict';
  var out = window.jieliOutbox,
    rules = window.jieliRules,
    photos = window.jieliPhotos;
  var form = document.querySelector('form[data-draft]');
  if (!form || !out) {
    return;
  }
  var name = form.getAttribute('data-draft'),
    key = out.draftKey(name);
  var live = form.hasAttribute('data-form'),
    comparing = !!form.querySelector('button[value=compare]');
  var words = document.querySelector('[data-form-words]');
  var status = document.querySelector('[data-kept]');
  var clean = '',
    trying = '',
    pressed = null,
    busy = false,
    arrived = false,
    saving = false,
    stopped = !live || comparing;
  var undecided = false,
    bases = null,
    urgent = false,
    held = false,
    taken = '',
    began = '';
  /* Where the phone keeps pages, what the server has of this one is kept along. */
  var saved =
    live &&
    navigator.serviceWorker &&
    document.querySelector('[data-keep]') &&
    key.replace('jieli.', 'jieli.saved.');
  var tab = String(Math.random()),
    keeping = 0,
    planned = 0,
    wait = 5000;

  function say(what, values) {
    return ((words && words.getAttribute('data-' + what)) || '').replace(
      /\{(\w+)\}/g,
      function (_, word) {
        return (values || {})[word];
      }
    );
  }
  function tell(sentence, part) {
    if (!status) {
      return;
    }
    urgent = held = false;
    status.className = 'hint';
    status.style.pointerEvents = '';
    status.textContent = sentence + ' ';
    if (part) {
      status.appendChild(part);
    }
    document.documentElement.style.scrollPaddingBottom = '';
  }
  /* What must be known at once: in short, and in view wherever on the page one is. */
  function warn(sentence, part) {
    tell(
      /^.*?(\u3002|\. |$)/.exec(sentence)[0].trim().replace(/-/g, '-\u2060'),
      part
    ); /* no date is broken */
    if (!status) {
      return;
    }
    urgent = true;
    document.documentElement.style.scrollPaddingBottom = status.offsetHeight + 16 + 'px';
    /* What lies below is pressed through it: it may come up under a finger. */
    status.style.pointerEvents = 'none';
    if (part) {
      part.style.pointerEvents = 'auto';
    }
    place();
    uncover();
  }
  /* Why nothing was sent is not said away by what was kept meanwhile. */
  function holds() {
    return held && (Number(form.getAttribute('data-uploading')) || navigator.onLine === false);
  }
  function onlyHere() {
    if (!holds()) {
      warn(say('local'));
    }
  }
  /* Not over the buttons: where they are in view the line has its place below them. */
  function place() {
    var row = urgent && form.querySelector('div.buttons').getBoundingClientRect(),
      edge = window.innerHeight;
    if (!urgent) {
      return;
    }
    status.className =
      'hint note-warn' +
      (row.top < edge && row.bottom > edge - status.offsetHeight - 16 ? '' : ' stuck');
  }
  /* The line at the lower edge does not lie over the field one types in. */
  function uncover() {
    var at = document.activeElement,
      box;
    if (
      !status ||
      !/stuck/.test(status.className) ||
      !form.contains(at) ||
      !/^(INPUT|TEXTAREA)$/.test(at.tagName) ||
      /^(radio|checkbox|file)$/.test(at.type)
    ) {
      return;
    }
    box = at.getBoundingClientRect();
    var over = box.bottom + 8 - status.getBoundingClientRect().top;
    if (over > 0) {
      window.scrollBy(0, Math.max(0, Math.min(over, box.top - 8)));
    }
  }
  function compare() {
    return out.button(say('compare'), function () {
      plainly('compare');
    });
  }
  function own(field) {
    return form.elements.namedItem(field) || {};
  }
  /* From what this page was made, for the sending and for a sign-in in between. */
  function made(field, value) {
    own(field).value = value;
    own('made').value = [own('_send_key').value, own('_seen').value, own('_draft').value].join('.');
  }

  /* What the browser itself would post, without its button; or what it would have with nothing typed. */
  function posted(untouched) {
    var pairs = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      var box = field.type === 'checkbox' || field.type === 'radio';
      var sent =
        field.name && !field.disabled && ['file', 'submit', 'button'].indexOf(field.type) < 0;
      if (
        sent &&
        field.tagName !== 'FIELDSET' &&
        field.tagName !== 'OUTPUT' &&
        (!box || (untouched ? field.defaultChecked : field.checked))
      ) {
        pairs.push([field.name, untouched && !box ? given(field) : field.value]);
      }
    });
    return pairs;
  }
  function given(field) {
    if (field.tagName !== 'SELECT') {
      return field.defaultValue;
    }
    return (
      Array.prototype.filter.call(field.options, function (one) {
        return one.defaultSelected;
      })[0] || field.options[0]
    ).value;
  }
  function isAnswer(field) {
    return live ? field.indexOf('f-') === 0 : field.charAt(0) !== '_';
  }
  function answers(pairs) {
    return pairs.filter(function (pair) {
      return isAnswer(pair[0]);
    });
  }
  /* What was said, to tell whether two of them differ. */
  function mark(pairs) {
    return JSON.stringify(
      answers(pairs)
        .filter(function (pair) {
          return pair[1].trim() && !/\.#$/.test(pair[0]);
        })
        .map(function (pair) {
          return [pair[0], pair[1].replace(/\r/g, '').trim()];
        })
    );
  }
  /* Gently: where nothing was typed, what the server has filled in stays. */
  function write(pairs, gently) {
    var texts = {};
    if (rules) {
      rules.fit(pairs);
    }
    pairs.forEach(function (pair) {
      (texts[pair[0]] = texts[pair[0]] || []).push(pair[1]);
    });
    Array.prototype.forEach.call(form.elements, function (field) {
      var text = texts[field.name] || [];
      if (!isAnswer(field.name || '_') || field.readOnly || (gently && !text.join('').trim())) {
        return;
      }
      if (field.type === 'checkbox' || field.type === 'radio') {
        field.checked = text.indexOf(field.value) >= 0;
      } else if (text.length && ['file', 'submit', 'button'].indexOf(field.type) < 0) {
        field.value = text[0];
      }
    });
    if (rules) {
      rules.settle();
    }
  }

  /* Kept with what the server had shown: if it still shows that, the text comes back by itself;
     if it has something else by now, the person decides. */
  function keep(sent) {
    var pairs = posted(),
      files = photos ? photos.files(form) : [],
      all = elsewhere(),
      copy;
    var mine = mark(pairs) !== clean || sent === true || files.some(unfinished);
    window.clearTimeout(keeping);
    if (arrived || undecided || erased()) {
      return;
    }
    warnElsewhere();
    if (mine) {
      copy = heard(pairs);
      copy.bases = bases || [clean, trying];
      copy.files = files;
      copy.sent = sent === true;
      copy.tab = tab;
      copy.title = title();
      all.unshift(copy);
    }
    out.keep(key, all);
    if (live && mine && all.length === 1 && navigator.onLine === false) {
      onlyHere();
    }
  }
  /* Signing out, by the person: it is neither kept nor saved any more. */
  function erased() {
    return (out.erased || []).indexOf(key) >= 0;
  }
  /* What other tabs have typed into this form, unless it stands here too or on the server. */
  function elsewhere() {
    var here = [mark(posted()), clean, taken];
    return out.copies(key).filter(function (one) {
      return one.tab !== tab && one.typed && here.indexOf(mark(one.typed)) < 0;
    });
  }
  function warnElsewhere() {
    if (stopped || arrived || !elsewhere().length) {
      return;
    }
    warn(
      say('elsewhere'),
      mark(posted()) === clean &&
        out.link(say('compare'), form.getAttribute('action') + '?conflict=1')
    );
  }
  function unfinished(file) {
    return !file.done;
  }
  /* With what the phone has heard of the server by now. */
  function heard(pairs) {
    return {
      typed: answers(pairs),
      draft: own('_draft').value,
      seen: own('_seen').value,
      form: own('_version').value
    };
  }
  /* A page that opened again without a network: a page of its own for the server, or its drafts would go
     over those of the tab it was made for; and as far on as the phone knows, unless it is made of more. */
  function resume(typed) {
    var kept = out.get(saved),
      local = out.get(key);
    renew();
    if (typed) {
      return false;
    }
    if (fits(kept)) {
      write(kept.typed);
      clean = mark(posted());
    }
    if (!fits(local)) {
      return false;
    }
    clean = local.bases[0];
    trying = local.bases[1];
    return true;
  }
  function fits(copy) {
    var same = copy && copy.seen === own('_seen').value && copy.form === own('_version').value;
    if (!same || Number(copy.draft) < Number(own('_draft').value)) {
      return false;
    }
    made('_draft', copy.draft);
    return true;
  }
  function renew() {
    made('_send_key', (Math.random().toString(36) + Math.random().toString(36)).replace(/\W/g, ''));
  }
  function restore(kept, sure) {
    var note = document.querySelector('[data-restored]'),
      offer = document.querySelector('[data-restore]');
    var now = mark(posted());
    if (!kept || !kept.typed || !form.getAttribute('data-fresh')) {
      return;
    }
    /* Of its own it holds no text, at most files that did not arrive. */
    if (
      mark(kept.typed) === now ||
      ((kept.files || []).some(unfinished) && mark(kept.typed) === kept.bases[0])
    ) {
      if (photos) {
        photos.restore(form, kept.files);
      }
      keep();
      kept = out.get(key);
      if (kept && kept.tab !== tab && mark(kept.typed || []) !== now) {
        restore(kept);
      }
      return;
    }
    if (sure || comparing || kept.bases.indexOf(now) >= 0 || (alone() && !early)) {
      /* Looking at both decides nothing: the copy still belongs to what it was typed over. */
      if (comparing) {
        bases = kept.bases;
      }
      taken = mark(kept.typed);
      write(kept.typed, !sure && !comparing && kept.bases.indexOf(now) < 0);
      if (photos) {
        photos.restore(form, kept.files);
      }
      keep();
      if (comparing && performance.navigation.type !== 2) {
        plainly('compare');
        return;
      } /* unless one has stepped back */
      if (note) {
        note.hidden = false;
      }
      later();
    } else if (offer) {
      ask(offer, kept);
    }
  }
  /* Nobody has kept or sent anything: what differs is only what the server fills in by itself. */
  function alone() {
    return live && own('_draft').value === '0' && own('_seen').value === '0';
  }
  /* Until the person has decided, neither goes over the other, and nothing is typed past the offer. */
  function ask(offer, kept) {
    undecided = stopped = form.hidden = true;
    show(offer, kept, function () {
      undecided = form.hidden = false;
      stopped = !live;
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
    var item = out.find(name),
      kept = out.get(key) || item;
    arrived = true;
    if (!kept || !kept.typed) {
      return;
    }
    write(kept.typed);
    show(document.querySelector('[data-restore]'), kept, function () {
      if (item) {
        out.drop(item);
      }
      lastLook();
    });
  }

  /* On the server too, as soon as there is a network. */
  function later() {
    window.clearTimeout(planned);
    if (!stopped) {
      planned = window.setTimeout(save, wait);
    }
  }
  function save(then, anyway) {
    var pairs = posted(),
      sent = mark(pairs);
    then = typeof then === 'function' ? then : function () {};
    if (stopped || busy || saving || form.hidden || erased() || (sent === clean && !anyway)) {
      then();
      return;
    }
    if (!out.current()) {
      notSaved(401);
      then();
      return;
    }
    window.clearTimeout(planned);
    saving = true;
    trying = sent;
    keep();
    out.request(
      form.getAttribute('action'),
      pairs.concat([['_act', 'autosave']]),
      function (code, answer) {
        saving = false;
        if (code === 200 && answer.saved) {
          took(answer, sent);
        } else {
          notSaved(code, answer);
        }
        then(code);
      }
    );
  }
  function took(answer, sent) {
    clean = sent;
    wait = 5000;
    if (answer.version) {
      made('_draft', answer.version);
    }
    if (answer.at && !holds()) {
      tell(say('saved', answer));
    }
    if (document.querySelector('[data-keep-for]')) {
      document.querySelector('[data-keep-for]').hidden = true;
    }
    keep();
    if (mark(posted()) !== clean) {
      later();
    } else if (saved && answer.version && !out.erased) {
      out.set(saved, heard(posted()));
    }
  }
  function notSaved(code, answer) {
    if (code === 409) {
      stopped = true;
      warn(answer.sentence || '', answer.url && compare());
    } else if (code === 401 || code === 403 || code === 404) {
      stopped = true;
      warn(say('expired'), out.link(say('sign-in'), out.signIn()));
    } else {
      onlyHere();
      wait = Math.min(wait * 2, 300000);
      later();
    }
  }

  /* Sending. An answer that is not understood leaves it to the browser. */
  function send() {
    var pairs = posted();
    if (busy || form.hidden) {
      return;
    }
    if (!out.current()) {
      keep();
      notSaved(401);
      return;
    }
    spare();
    if (photos && !filesAreRight()) {
      return;
    }
    if (hasFiles()) {
      sendWithFiles(pairs);
      return;
    }
    busy = true;
    keep(true);
    tell(say('sending'));
    out.request(
      form.getAttribute('action'),
      pairs.concat([['_act', 'send']]),
      function (code, answer, address) {
        var how = out.outcome(code, answer, address);
        busy = false;
        if (how === 'sent') {
          arrived = true;
          out.remove(key, tab);
          out.put({
            name: name,
            state: 'sent',
            title: title(),
            receipt: answer.receipt,
            link: answer.url
          });
          location.href = answer.url;
        } else if (how === 'waiting' || how === 'sign-in') {
          park(how, pairs);
        } else if (how === 'refused') {
          keep();
          refused(code, answer, mark(pairs));
        } else {
          plainly('send');
        }
      }
    );
  }
  /* A file that was refused, or of which only a part arrived, is not left out without a word. */
  function filesAreRight() {
    var refused = photos.refused(form),
      lost = photos.lost(form);
    if (Object.keys(refused).length) {
      faults(refused, '');
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
  /* The whole file goes only into a request that can succeed: a small one asks first. */
  function sendWithFiles(pairs) {
    if (Number(form.getAttribute('data-uploading')) || navigator.onLine === false) {
      warn(say('uploading'));
      held = true;
      return;
    }
    busy = true;
    tell(say('sending'));
    out.request(
      form.getAttribute('action'),
      pairs.concat([['_act', 'autosave']]),
      function (code, answer) {
        busy = false;
        if (code === 200 && answer.saved) {
          took(answer, mark(pairs));
        }
        if (code === 200 || code === 409 || code === 422) {
          plainly('send');
        } else {
          notSaved(code, answer);
        }
      }
    );
  }
  function hasFiles() {
    return Array.prototype.some.call(form.elements, function (field) {
      return field.type === 'file' && field.files && field.files.length;
    });
  }
  function plainly(act) {
    var input = out.element('input');
    /* Then no page of the server would come, but one of the browser's own. */
    if (navigator.onLine === false) {
      keep();
      onlyHere();
      return;
    }
    input.type = 'hidden';
    input.name = '_act';
    input.value = act;
    form.appendChild(input);
    keep(act === 'send');
    form.submit();
  }
  function title() {
    var head = document.querySelector('h1');
    return head ? head.textContent.trim() : name;
  }
  function park(state, pairs) {
    var kept = out.put({
      name: name,
      tab: tab,
      account: out.account,
      state: state,
      title: title(),
      at: Date.now(),
      tries: 1,
      next: Date.now() + 5000,
      url: form.getAttribute('action'),
      page: location.pathname + location.search,
      typed: answers(pairs),
      bases: [clean, trying],
      /* Without _confirmed the checks ask nothing back: nobody is there to answer. */
      fields: pairs
        .filter(function (pair) {
          return pair[0] !== '_token' && pair[0] !== '_confirmed';
        })
        .concat([['_act', 'send']])
    });
    tell(kept ? '' : say('full'));
    if (kept) {
      out.deliver();
    }
  }
  function refused(code, answer, sent) {
    tell('');
    if (code === 422) {
      took({version: answer.version}, sent);
    } else {
      stopped = true;
    }
    /* The form was replaced since this page was made; the server keeps what was typed. */
    if (code === 422 && (answer.url || Object.keys(answer.faults || {}).some(missing))) {
      reopen(answer.url);
      return;
    }
    faults(answer.faults || {}, answer.sentence, code === 409 && answer.url);
  }

  function reopen(url) {
    location.href = url || form.getAttribute('action') + '?faults=1';
  }
  function missing(one) {
    return !document.getElementById('f-' + one);
  }

  /* While it waits, what was sent is not changed; it can be taken back. */
  var note = null;
  function changed(items) {
    var item = items.filter(function (one) {
      return one.name === name;
    })[0];
    if (item && item.state === 'sent' && note) {
      arrived = true;
      out.remove(key, item.tab);
      location.href = item.link;
      return;
    }
    if (item && item.state === 'refused' && foreign(item)) {
      window.setTimeout(spare, 3000); /* its own tab comes first */
    } else if (item && item.state === 'refused') {
      if (!out.get(key)) {
        out.set(key, {bases: item.bases, typed: item.typed, tab: tab, title: item.title});
      }
      out.drop(item);
      form.hidden = false;
      restore(item, !!item.faults || item.asked);
      if (item.faults && Object.keys(item.faults).some(missing)) {
        reopen(item.link);
        return;
      }
      if (!item.asked) {
        faults(
          item.faults || {},
          item.sentence,
          !item.faults && item.link && !comparing && !undecided
        );
      }
    }
    var waits = item && (item.state === 'waiting' || item.state === 'sign-in');
    form.hidden = !!waits || undecided;
    if (note) {
      note.parentNode.removeChild(note);
      note = null;
    }
    if (waits) {
      note = out.element('div', '', 'note note-warn');
      note.setAttribute('role', 'status');
      note.appendChild(
        out.element('p', say(item.state === 'waiting' ? 'put' : 'put-expired'), 'big')
      );
      if (item.state === 'sign-in') {
        note
          .appendChild(out.element('p'))
          .appendChild(out.link(say('sign-in'), out.signIn())).className = 'button';
      }
      if (!out.busy(name)) {
        note.appendChild(
          out.button(say('back'), function () {
            takeBack(item);
          })
        );
      }
      form.parentNode.insertBefore(note, form);
    }
  }
  /* It may have arrived all the same: what is changed now goes under a key of its own. */
  function takeBack(item) {
    if (foreign(item)) {
      aside(item);
    } else {
      write(item.typed);
    }
    renew();
    out.drop(item);
    keep();
    later();
  }
  /* What another tab has sent goes over nothing that was typed in this one: it is kept beside it. */
  function foreign(item) {
    var now = mark(posted());
    return (
      form.getAttribute('data-fresh') &&
      item.tab !== tab &&
      now !== began &&
      now !== mark(item.typed)
    );
  }
  function aside(item) {
    out.keep(
      key,
      out
        .copies(key)
        .filter(function (one) {
          return one.tab !== item.tab;
        })
        .concat([{bases: item.bases, typed: item.typed, tab: item.tab, title: item.title}])
    );
  }
  function spare() {
    var item = out.find(name);
    if (!item || item.state !== 'refused' || !foreign(item)) {
      return;
    }
    aside(item);
    out.drop(item);
    keep();
  }

  /* What is wrong: on top, and beside each field. */
  function faults(found, sentence, differing) {
    var list = out.element('ul'),
      count = Object.keys(found).length;
    Array.prototype.forEach.call(document.querySelectorAll('.errors,.mended'), away);
    Array.prototype.forEach.call(form.querySelectorAll('.fault'), function (line) {
      blame(line.id.slice(2, -6), '');
    });
    if (!sentence && !count) {
      return;
    }
    var box = out.element('section', '', 'errors');
    box.setAttribute('role', 'alert');
    box.setAttribute('tabindex', '-1');
    box.appendChild(out.element('h2', say(differing ? 'differing' : count ? 'errors' : 'failed')));
    /* How many there are is no longer true with the first one mended. */
    if (sentence) {
      list.appendChild(out.element('li', sentence)).className = count ? 'count' : '';
    }
    if (differing) {
      list.appendChild(out.element('li')).appendChild(compare());
    }
    Object.keys(found).forEach(function (one) {
      var file = document.getElementById('f-' + one);
      var label = blame(
        one,
        file && isRefused(file) ? '' : found[one]
      ); /* that one says it itself */
      var text = label ? say('fault', {label: label, sentence: found[one]}) : found[one];
      list.appendChild(out.element('li')).appendChild(out.link(text, '#f-' + one));
    });
    box.appendChild(list);
    var head = document.querySelector('h1');
    head.parentNode.insertBefore(box, head);
    box.focus();
  }
  function away(one) {
    one.parentNode.removeChild(one);
  }
  function isRefused(field) {
    return field.getAttribute('data-state') === 'refused';
  }
  /* The list on top follows what is mended, or is no longer asked. */
  function mended(keys) {
    var box = live && document.querySelector('.errors');
    if (!box) {
      return;
    }
    Array.prototype.forEach.call(box.querySelectorAll('a[href^="#f-"]'), function (link) {
      var id = link.getAttribute('href').slice(1),
        field = document.getElementById(id);
      var asked = field && field.offsetParent,
        still = document.getElementById(id + '-fault') || (field && isRefused(field));
      if (asked && (still || keys.indexOf(id.slice(2)) < 0)) {
        return;
      }
      away(link.parentNode);
      Array.prototype.forEach.call(box.querySelectorAll('.count'), away);
      if (!box.querySelector('li')) {
        done(box);
      }
    });
  }
  function done(box) {
    var line = out.element('p', say('mended'), 'note note-done mended');
    line.setAttribute('role', 'status');
    box.parentNode.replaceChild(line, box);
  }
  /* Puts a sentence beside the field, or takes it away; answers with the field's name in words. */
  function blame(one, sentence) {
    var id = 'f-' + one,
      field = document.getElementById(id),
      line = document.getElementById(id + '-fault');
    var block = field;
    while (block && !/(^| )field( |$)/.test(block.className)) {
      block = block.parentElement;
    }
    if (line) {
      line.parentNode.removeChild(line);
    }
    if (!block) {
      return '';
    }
    var label = block.querySelector('label,legend'),
      told = block.tagName === 'FIELDSET' ? block : field;
    var by = (told.getAttribute('aria-describedby') || '').replace(id + '-fault', '').trim();
    block.className = block.className.replace(/ wrong/g, '') + (sentence ? ' wrong' : '');
    if (sentence) {
      line = out.element('p', sentence, 'fault');
      line.id = id + '-fault';
      label.parentNode.insertBefore(line, label.nextSibling);
      told.setAttribute('aria-invalid', 'true');
      by = (by + ' ' + line.id).trim();
    } else {
      told.removeAttribute('aria-invalid');
    }
    if (by) {
      told.setAttribute('aria-describedby', by);
    } else {
      told.removeAttribute('aria-describedby');
    }
    var place = block.parentNode,
      text = label.textContent;
    while (place !== form && !place.hasAttribute('data-instance')) {
      place = place.parentNode;
    }
    text = text.replace((label.querySelector('.optional') || {}).textContent, '').trim();
    return place === form ? text : place.querySelector('legend').textContent.trim() + ' · ' + text;
  }

  /* Enter goes to the next question; it sends only from the button. A word that is still being
     composed keeps its Enter. */
  function next(field) {
    var all = Array.prototype.filter.call(form.elements, function (one) {
      return (
        one === field ||
        (one.offsetParent &&
          !one.readOnly &&
          !one.disabled &&
          one.type !== 'hidden' &&
          /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName) &&
          one.name !== field.name)
      );
    });
    return all[all.indexOf(field) + 1] || form.querySelector('button[value=send]');
  }
  form.addEventListener('keydown', function (event) {
    var field = event.target;
    if (
      event.keyCode !== 13 ||
      event.isComposing ||
      field.tagName !== 'INPUT' ||
      field.type === 'file'
    ) {
      return;
    }
    event.preventDefault();
    if (rules) {
      rules.settle();
    } /* the next question may have just appeared */
    var to = next(field);
    if (to) {
      to.focus();
    }
  });

  /* On the page: the checks' own button stands above the form. */
  document.addEventListener('click', function (event) {
    var at = event.target;
    while (at && at.tagName !== 'BUTTON') {
      at = at.parentNode;
    }
    pressed = at && at.form === form && at.name === '_act' ? at.value : null;
  });
  form.addEventListener('submit', function (event) {
    var act = pressed;
    pressed = null;
    if (!live || (act !== 'send' && act !== 'save')) {
      keep(!live);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (act === 'send') {
      send();
      return;
    }
    stopped = false;
    save(function (code) {
      if (code >= 400 && code < 500 && [401, 403, 404, 409].indexOf(code) < 0) {
        plainly('save');
      }
    }, true);
  });
  form.addEventListener('input', function () {
    window.clearTimeout(keeping);
    keeping = window.setTimeout(keep, 300);
    out.erased = null; /* what was erased; this is new */
    wait = 5000;
    later();
  });
  form.addEventListener('change', function (event) {
    var one = (event.target.name || '').replace(/^f-/, '');
    keep();
    later();
    /* What was said of the old answer. Not at once: a button must not move away under the finger;
       and what the server has said of the new one since then stays. */
    var keys = [one, one.split('.')[0]],
      said = live && event.target.type !== 'file' ? keys.map(lineOf) : [];
    window.setTimeout(function () {
      said.forEach(function (line, place) {
        if (line && line.parentNode) {
          blame(keys[place], '');
        }
      });
      /* After the conditions have had their say of the new answer. */
      window.setTimeout(function () {
        mended(keys);
      }, 0);
    }, 200);
  });
  function lineOf(one) {
    return document.getElementById('f-' + one + '-fault');
  }
  ['pagehide', 'beforeunload'].forEach(function (what) {
    window.addEventListener(what, hide);
  });
  document.addEventListener('visibilitychange', function () {
    if (document.hidden) {
      hide();
    }
  });
  function hide() {
    if (!busy && !form.hidden && !(out.get(key) || {}).sent) {
      keep();
    }
  }
  /* Another tab has written; it may have gone past what this one had kept. */
  window.addEventListener('storage', function (event) {
    var now = mark(posted());
    if (event.key !== key || form.hidden || erased()) {
      return;
    }
    if (
      now !== clean &&
      !out.copies(key).some(function (one) {
        return one.typed && mark(one.typed) === now;
      })
    ) {
      keep();
    }
    warnElsewhere();
  });
  window.addEventListener('online', function () {
    wait = 5000;
    save();
  });
  window.addEventListener('offline', function () {
    if (mark(posted()) !== clean) {
      onlyHere();
    }
  });
  ['scroll', 'resize'].forEach(function (what) {
    window.addEventListener(what, place);
  });
  ['focusin', 'resize'].forEach(function (what) {
    window.addEventListener(what, uncover);
  });

  function judge(one, sentence) {
    blame(one, sentence);
    if (!sentence) {
      mended([one]);
    }
  }

  /* On a slow network one types before the scripts are here. What stands there after a step back or a
     reload nobody has typed now. */
  var shown = mark(posted(true)),
    early = mark(posted()) !== shown && performance.navigation.type === 0;
  if (rules) {
    rules.start(judge, function () {
      keep();
      later();
    });
  }
  if (form.hasAttribute('data-closed')) {
    lastLook();
    return;
  }
  clean = began = !form.getAttribute('data-fresh') ? '' : early ? shown : mark(posted());
  if (out.decided()) {
    out.remove(key);
  }
  var waiting = out.find(name),
    sure = false;
  if (saved && document.documentElement.hasAttribute('data-kept-at')) {
    sure = resume(early);
  } else if (saved) {
    out.remove(saved);
  }
  if (!waiting || waiting.state === 'sent') {
    restore(out.get(key), sure);
  }
  if (live) {
    out.changed = changed;
    out.flush = save;
    changed(waiting ? [waiting] : []);
  }
  if (early) {
    keep();
    later();
  }
})();
