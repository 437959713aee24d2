/* A measure's editor: what is ticked or typed beside a choice makes that choice. Without this script the
   server does the same when the page is sent. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-measure]');
  if (!form) {
    return;
  }

  function each(found, act) {
    for (var i = 0; i < found.length; i++) {
      act(found[i]);
    }
  }
  function around(element, name) {
    while (element && element !== form && !element.hasAttribute(name)) {
      element = element.parentNode;
    }
    return element === form ? null : element;
  }
  function chosen(row) {
    return row.querySelector('input[type=radio]:checked');
  }
  function partners(row) {
    return row.querySelectorAll('input:not([type=radio]), select');
  }

  /* What stands beside a choice that is not chosen is put aside, and comes back with the choice. */
  function putAside(input) {
    if (input.type === 'checkbox') {
      input.aside = input.aside || input.checked;
      input.checked = false;
      return;
    }
    var blank = input.getAttribute('data-unused') || '';
    if (input.value !== blank) {
      input.aside = input.value;
      input.value = blank;
    }
  }
  function bringBack(input) {
    if (input.aside === undefined) {
      return;
    }
    if (input.type === 'checkbox') {
      input.checked = input.aside;
    } else {
      input.value = input.aside;
    }
    input.aside = undefined;
  }
  function settle(choices) {
    each(choices.querySelectorAll('[data-choice]'), function (row) {
      each(partners(row), chosen(row) ? bringBack : putAside);
    });
  }
  function choose(row, choices) {
    if (chosen(row)) {
      return;
    }
    /* What was put aside before stays away: the person has begun anew. */
    each(partners(row), function (input) {
      input.aside = undefined;
    });
    row.querySelector('input[type=radio]').checked = true;
    settle(choices);
  }
  function says(input) {
    return input.type === 'checkbox' ? input.checked : input.value !== '';
  }

  /* Only what applies is shown: passing on above the lowest level that answers, the days of a gate that
     waits. */
  function showWhatApplies() {
    var levels = form.querySelectorAll('.level');
    var below = false;
    for (var i = levels.length - 1; i >= 0; i--) {
      var gate = levels[i].querySelector('[data-gate]');
      if (gate) {
        showGate(gate, below);
      }
      var to = chosen(levels[i]);
      below = below || (to !== null && to.value !== 'none');
    }
    each(form.querySelectorAll('[data-opens]'), function (details) {
      var radio = document.getElementById(details.getAttribute('data-opens'));
      if (radio && radio.checked) {
        details.open = true;
      }
    });
  }
  function showGate(gate, applies) {
    var select = gate.querySelector('select');
    gate.hidden = !applies && !gate.querySelector('.wrong');
    gate.querySelector('.half').lastElementChild.hidden = select.selectedIndex === 0;
    gate.querySelector('[data-says]').textContent = select.options[select.selectedIndex].text;
  }

  function follow(event) {
    var row = around(event.target, 'data-choice');
    var choices = row && around(row, 'data-choices');
    if (choices && event.target.type === 'radio') {
      settle(choices);
    } else if (choices && says(event.target)) {
      choose(row, choices);
    }
    showWhatApplies();
  }
  form.addEventListener('input', follow);
  form.addEventListener('change', follow);
  window.addEventListener('pageshow', showWhatApplies);
  showWhatApplies();
})();
