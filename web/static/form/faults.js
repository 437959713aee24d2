/* What is wrong: on top of a form page, and beside each field. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    rules = window.jieliRules,
    form = page.form,
    say = page.say;

  /* By the key of the question what is wrong with it; a sentence for the whole; whether to compare. */
  function show(found, sentence, differing) {
    var count = Object.keys(found).length;
    Array.prototype.forEach.call(document.querySelectorAll('.errors,.mended'), away);
    Array.prototype.forEach.call(form.querySelectorAll('.fault'), function (line) {
      blame(line.id.slice(2, -6), '');
    });
    if (!sentence && !count) {
      return;
    }
    var box = out.element('section', '', 'errors'),
      head = document.querySelector('h1');
    box.setAttribute('role', 'alert');
    box.setAttribute('tabindex', '-1');
    box.appendChild(out.element('h2', say(differing ? 'differing' : count ? 'errors' : 'failed')));
    box.appendChild(list(found, sentence, differing));
    head.parentNode.insertBefore(box, head);
    box.focus();
  }
  function list(found, sentence, differing) {
    var all = out.element('ul'),
      keys = Object.keys(found);
    open(keys);
    /* How many there are is no longer true with the first one mended. */
    if (sentence) {
      all.appendChild(out.element('li', sentence)).className = keys.length ? 'count' : '';
    }
    if (differing) {
      all.appendChild(out.element('li')).appendChild(page.compare());
    }
    keys.forEach(function (one) {
      var file = document.getElementById('f-' + one);
      var label = blame(
        one,
        file && isRefused(file) ? '' : found[one]
      ); /* that one says it itself */
      var text = label ? say('fault', {label: label, sentence: found[one]}) : found[one];
      all.appendChild(out.element('li')).appendChild(out.link(text, '#f-' + one));
    });
    return all;
  }
  /* A question the conditions hide here and the server asks: one must be able to see it. */
  function open(keys) {
    if (rules) {
      keys.forEach(rules.open);
    }
  }
  function away(one) {
    one.parentNode.removeChild(one);
  }
  function isRefused(field) {
    return field.getAttribute('data-state') === 'refused';
  }
  /* The question is brought into view with its label and what is said of it, and is ready to be typed in. */
  function lead(link) {
    var at = document.getElementById(link.getAttribute('href').slice(1)),
      block = at && blockOf(at);
    if (block) {
      at.focus();
      block.scrollIntoView();
    }
  }
  document.addEventListener('click', function (event) {
    var link = event.target;
    while (link && link.tagName !== 'A') {
      link = link.parentNode;
    }
    if (link && /^#f-/.test(link.getAttribute('href'))) {
      window.setTimeout(lead, 0, link);
    }
  });
  /* The field, or the repeat, that an answer stands in. */
  function blockOf(at) {
    while (at && !/(^| )(field|repeat)( |$)/.test(at.className)) {
      at = at.parentElement;
    }
    return at;
  }
  function lineOf(one) {
    return document.getElementById('f-' + one + '-fault');
  }
  /* Some are of questions this page does not have. */
  function areElsewhere(found) {
    return Object.keys(found || {}).some(function (one) {
      return !document.getElementById('f-' + one);
    });
  }

  /* The list on top follows what is mended, or is no longer asked. */
  function mended(keys) {
    var box = page.live && document.querySelector('.errors');
    if (!box) {
      return;
    }
    Array.prototype.forEach.call(box.querySelectorAll('a[href^="#f-"]'), function (link) {
      var one = link.getAttribute('href').slice(3),
        field = document.getElementById('f-' + one);
      var asked = field && field.offsetParent,
        still = lineOf(one) || (field && isRefused(field));
      if (asked && (still || keys.indexOf(one) < 0)) {
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
    var field = document.getElementById('f-' + one),
      line = lineOf(one),
      block = field && blockOf(field);
    if (line) {
      away(line);
    }
    if (!block) {
      return '';
    }
    var label = block.querySelector(block === field ? 'h2' : 'label,legend,.asked');
    if (!label) {
      return '';
    }
    block.className = block.className.replace(/ wrong/g, '') + (sentence ? ' wrong' : '');
    if (sentence) {
      line = out.element('p', sentence, 'fault');
      line.id = 'f-' + one + '-fault';
      label.parentNode.insertBefore(line, label.nextSibling);
    }
    describe(block.tagName === 'FIELDSET' ? block : field, 'f-' + one + '-fault', sentence);
    return nameOf(block, label);
  }
  /* For who hears the page. */
  function describe(told, id, sentence) {
    var by = (told.getAttribute('aria-describedby') || '').replace(id, '').trim();
    if (sentence) {
      told.setAttribute('aria-invalid', 'true');
      by = (by + ' ' + id).trim();
    } else {
      told.removeAttribute('aria-invalid');
    }
    if (by) {
      told.setAttribute('aria-describedby', by);
    } else {
      told.removeAttribute('aria-describedby');
    }
  }
  function nameOf(block, label) {
    var place = block.parentNode,
      optional = (label.querySelector('.optional') || {}).textContent;
    var text = label.textContent.replace(optional, '').trim();
    while (place !== form && !place.hasAttribute('data-instance')) {
      place = place.parentNode;
    }
    return place === form ? text : place.querySelector('legend').textContent.trim() + ' · ' + text;
  }

  /* An answer was changed: what was said of the old one goes. Not at once: a button must not move away
     under the finger; and what the server has said of the new one since then stays. */
  function changed(field) {
    var one = (field.name || '').replace(/^f-/, ''),
      keys = [one, one.split('.')[0]];
    var said = page.live && field.type !== 'file' ? keys.map(lineOf) : [];
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
  }
  /* What the conditions say of an answer. */
  function judge(one, sentence) {
    blame(one, sentence);
    if (!sentence) {
      mended([one]);
    }
  }

  /* Said by the server on a page that is loaded. */
  function begin() {
    open(
      Array.prototype.map.call(form.querySelectorAll('.fault'), function (line) {
        return line.id.slice(2, -6);
      })
    );
  }

  page.faults = {
    show: show,
    begin: begin,
    areElsewhere: areElsewhere,
    changed: changed,
    judge: judge
  };
})(window.jieliForm);
