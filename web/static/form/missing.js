/* How many questions that must be answered are not answered yet. No modern syntax. */
(function (page) {
  'use strict';
  var line = document.querySelector('[data-missing]');
  if (!page || !line) {
    return;
  }
  var form = page.form,
    link = line.querySelector('a'),
    timer = 0;

  function isAnswered(field) {
    if (field.type === 'checkbox' || field.type === 'radio') {
      return field.checked;
    }
    if (field.type === 'file') {
      return field.files.length > 0 || /sending|done/.test(field.getAttribute('data-state'));
    }
    return /^f-.*[^#]$/.test(field.name) && field.value.trim() !== '';
  }
  function hasAnswer(block) {
    return Array.prototype.some.call(block.querySelectorAll('input,select,textarea'), isAnswered);
  }
  /* A filling of a repeat that nobody has begun asks for nothing. */
  function isAsked(block) {
    var around = block;
    while (around !== form && !around.hasAttribute('data-instance')) {
      around = around.parentNode;
    }
    return block.offsetParent && (around === form || hasAnswer(around));
  }
  function show() {
    var left = Array.prototype.filter.call(
      form.querySelectorAll('[data-required]'),
      function (block) {
        return isAsked(block) && !hasAnswer(block);
      }
    );
    line.hidden = !left.length;
    if (left.length) {
      link.textContent = page.say('still', {count: left.length});
      link.href = '#f-' + left[0].getAttribute('data-key');
    }
  }
  /* After the conditions have had their say. */
  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(show, 400);
  }
  form.addEventListener('input', later);
  form.addEventListener('change', later);

  page.missing = {later: later};
})(window.jieliForm);
