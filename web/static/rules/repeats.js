/* The fillings of a repeat on the page: one more, one less, as many as were kept. No modern syntax. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-rules]'),
    MOST = window.jieliLimits.MOST_TIMES;
  if (!form) {
    return;
  }

  function each(list, act) {
    Array.prototype.forEach.call(list, act);
  }
  /* Those that are shown. */
  function sections(repeat) {
    var found = form.querySelector('[data-repeat="' + repeat + '"]');
    return found
      ? Array.prototype.filter.call(found.querySelectorAll('[data-instance]'), isFilling)
      : [];
  }
  /* A browser without templates has the blank one among them. */
  function isFilling(section) {
    return section.getAttribute('data-instance') !== '__n__';
  }
  function blank(repeat) {
    return form.querySelector('[data-repeat="' + repeat + '"] [data-instance-template]');
  }
  /* One filling more: a copy of the blank one. One less: those behind it move up. */
  function add(repeat) {
    var copied = blank(repeat),
      place = sections(repeat).length,
      made = document.createElement('div');
    if (!copied || place >= MOST) {
      return null;
    }
    made.innerHTML = copied.innerHTML.replace(/__n__/g, place).replace(/__number__/g, place + 1);
    made = made.querySelector('[data-instance]');
    copied.parentNode.insertBefore(
      made,
      sections(repeat)[place - 1] ? sections(repeat)[place - 1].nextSibling : copied
    );
    counted(repeat);
    return made;
  }
  function remove(repeat, place) {
    var all = sections(repeat),
      i;
    if (!all[place]) {
      return;
    }
    all[place].parentNode.removeChild(all[place]);
    for (i = place + 1; i < all.length; i++) {
      renumber(all[i], repeat, i);
    }
    counted(repeat);
  }
  function renumber(section, repeat, old) {
    var from = repeat + '.' + old,
      to = repeat + '.' + (old - 1);
    section.setAttribute('data-instance', old - 1);
    each(section.querySelectorAll('[data-place]'), function (one) {
      one.textContent = old;
    });
    each(section.querySelectorAll('*'), function (one) {
      ['name', 'id', 'for', 'value', 'data-key', 'aria-describedby', 'aria-labelledby'].forEach(
        function (what) {
          var text = one.getAttribute(what);
          if (!text || (what === 'value' && one.name !== '_act' && one.name !== '_remove')) {
            return;
          }
          if (text === 'remove:' + from) {
            one.setAttribute(what, 'remove:' + to);
            return;
          }
          if (text.indexOf(from + '.') >= 0) {
            one.setAttribute(what, text.split(from + '.').join(to + '.'));
          }
        }
      );
    });
  }
  function counted(repeat) {
    var times = form.elements.namedItem('f-' + repeat + '.#'),
      more = form.querySelector('button[value="add:' + repeat + '"]');
    if (times) {
      times.value = sections(repeat).length;
    }
    if (more) {
      more.disabled = sections(repeat).length >= MOST;
    }
  }
  /* As many fillings as were kept. */
  function fit(repeat, wanted) {
    wanted = Math.min(MOST, wanted);
    while (sections(repeat).length < wanted && add(repeat)) {
      /* one more */
    }
    while (sections(repeat).length > wanted) {
      remove(repeat, sections(repeat).length - 1);
    }
  }

  window.jieliRepeats = {sections: sections, blank: blank, add: add, remove: remove, fit: fit};
})();
