/* Choosing: an optional choice can be taken back, a long list can be searched. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var out = window.jieliOutbox,
    form = page.form,
    say = page.say;
  var LONG = 12,
    FOUND = 8;

  function each(all, act) {
    Array.prototype.forEach.call(all, act);
  }
  function blockOf(field) {
    var at = field;
    while (at && at !== form && !/(^| )field( |$)/.test(at.className)) {
      at = at.parentNode;
    }
    return at === form ? null : at;
  }

  /* Beside a single choice that need not be made, once one is made. */
  function clearable(radio) {
    var block = blockOf(radio),
      button = block && block.querySelector('[data-clear]');
    if (!block || !block.querySelector('legend .optional')) {
      return;
    }
    if (!block.querySelector('input:checked')) {
      if (button) {
        block.removeChild(button);
      }
      return;
    }
    if (!button) {
      button = out.button(say('clear'), function () {
        clear(block);
      });
      button.className = 'plain';
      button.setAttribute('data-clear', '');
      block.appendChild(button);
    }
  }
  function clear(block) {
    var chosen = block.querySelector('input:checked'),
      first = block.querySelector('input');
    each(block.querySelectorAll('input'), function (one) {
      one.checked = false;
      one.removeAttribute('data-was');
    });
    first.focus();
    page.bounds.tell(chosen || first, 'input');
    page.bounds.tell(chosen || first, 'change');
  }

  /* A field above the list; what it finds is chosen by a touch, or is all that is shown of boxes. */
  function searchable(block, act) {
    var field = out.element('input', '', 'search'),
      first = block.querySelector('select,.choice');
    if (block.jieliSearch) {
      return;
    }
    block.jieliSearch = field;
    field.type = 'search';
    field.setAttribute('placeholder', say('search'));
    field.setAttribute('aria-label', say('search'));
    /* It is none of the answers. */
    each(['input', 'change'], function (what) {
      field.addEventListener(what, function (event) {
        event.stopPropagation();
        if (what === 'input') {
          act(field.value.trim().toLowerCase());
        }
      });
    });
    first.parentNode.insertBefore(field, first);
  }
  function list(select) {
    var block = blockOf(select),
      found = out.element('div', '', 'found');
    if (!block || block.jieliSearch || select.options.length <= LONG) {
      return;
    }
    found.setAttribute('role', 'status');
    searchable(block, function (word) {
      found.textContent = '';
      var all = word ? fitting(select, word) : [];
      all.slice(0, FOUND).forEach(function (option) {
        found.appendChild(choice(select, option, block.jieliSearch, found));
      });
      if (word && (all.length > FOUND || !all.length)) {
        found.appendChild(
          out.element('p', say(all.length ? 'more' : 'none', {count: all.length - FOUND}), 'hint')
        );
      }
    });
    select.parentNode.insertBefore(found, select);
  }
  function fitting(select, word) {
    return Array.prototype.filter.call(select.options, function (option) {
      return (
        option.value &&
        !option.disabled &&
        !option.hidden &&
        option.textContent.toLowerCase().indexOf(word) >= 0
      );
    });
  }
  function choice(select, option, field, found) {
    return out.button(option.textContent, function () {
      select.value = option.value;
      field.value = found.textContent = '';
      select.focus();
      page.bounds.tell(select, 'input');
      page.bounds.tell(select, 'change');
    });
  }
  function boxes(block) {
    var all = block.querySelectorAll('.choice');
    if (all.length <= LONG || block.tagName !== 'FIELDSET') {
      return;
    }
    searchable(block, function (word) {
      each(all, function (one) {
        var away = word && one.textContent.toLowerCase().indexOf(word) < 0;
        one.className = one.className.replace(/ unfound/g, '') + (away ? ' unfound' : '');
      });
    });
  }

  /* What has come to the page, or was written into it. */
  function dress() {
    each(form.querySelectorAll('input[type=radio]:checked'), clearable);
    each(form.querySelectorAll('select'), list);
    each(form.querySelectorAll('fieldset.field'), boxes);
  }
  form.addEventListener('change', function (event) {
    if (event.target.type === 'radio') {
      clearable(event.target);
    }
  });

  page.choices = {dress: dress};
})(window.jieliForm);
