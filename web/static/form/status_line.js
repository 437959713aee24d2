/* The line below the buttons: where what was typed is kept now. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var form = page.form,
    line = document.querySelector('[data-kept]');
  /* What it says is urgent; it says why nothing was sent. */
  var urgent = false,
    held = false;

  function tell(sentence, part) {
    if (!line) {
      return;
    }
    urgent = held = false;
    line.className = 'hint';
    line.style.pointerEvents = '';
    line.textContent = sentence + ' ';
    if (part) {
      line.appendChild(part);
    }
    document.documentElement.style.scrollPaddingBottom = '';
  }
  /* What must be known at once: in short, and in view wherever on the page one is. */
  function warn(sentence, part) {
    tell(
      /^.*?(\u3002|\. |$)/.exec(sentence)[0].trim().replace(/-/g, '-\u2060'),
      part
    ); /* no date is broken */
    if (!line) {
      return;
    }
    urgent = true;
    document.documentElement.style.scrollPaddingBottom = line.offsetHeight + 16 + 'px';
    /* What lies below is pressed through it: it may come up under a finger. */
    line.style.pointerEvents = 'none';
    if (part) {
      part.style.pointerEvents = 'auto';
    }
    place();
    uncover();
  }
  /* Why nothing was sent is not said away by what was kept meanwhile. */
  function hold(sentence) {
    warn(sentence);
    held = true;
  }
  function holds() {
    return held && (Number(form.getAttribute('data-uploading')) || navigator.onLine === false);
  }
  function onlyHere() {
    if (!holds()) {
      warn(page.say('local'));
    }
  }

  /* Not over the buttons: where they are in view the line has its place below them. */
  function place() {
    if (!urgent) {
      return;
    }
    var row = form.querySelector('div.buttons').getBoundingClientRect(),
      edge = window.innerHeight;
    var inView = row.top < edge && row.bottom > edge - line.offsetHeight - 16;
    line.className = 'hint note-warn' + (inView ? '' : ' stuck');
  }
  /* The line at the lower edge does not lie over the field one types in. */
  function uncover() {
    var at = document.activeElement;
    if (!line || !/stuck/.test(line.className) || !isTyped(at)) {
      return;
    }
    var box = at.getBoundingClientRect(),
      over = box.bottom + 8 - line.getBoundingClientRect().top;
    if (over > 0) {
      window.scrollBy(0, Math.max(0, Math.min(over, box.top - 8)));
    }
  }
  function isTyped(field) {
    return (
      form.contains(field) &&
      /^(INPUT|TEXTAREA)$/.test(field.tagName) &&
      !/^(radio|checkbox|file)$/.test(field.type)
    );
  }
  ['scroll', 'resize'].forEach(function (what) {
    window.addEventListener(what, place);
  });
  ['focusin', 'resize'].forEach(function (what) {
    window.addEventListener(what, uncover);
  });

  page.status = {tell: tell, warn: warn, hold: hold, holds: holds, onlyHere: onlyHere};
})(window.jieliForm);
