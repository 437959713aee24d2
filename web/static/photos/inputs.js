/* What stands with the file of an input, and what is shown of it. Where anything fails the plain file
   input still has the file, and it goes with the form. No modern syntax. */
(function () {
  'use strict';
  var texts = document.querySelector('[data-upload-texts]');
  var able = window.FileReader && window.Blob && Blob.prototype.slice && window.Uint8Array;
  if (!texts || !able) {
    return;
  }

  function text(name, values) {
    var sentence = texts.getAttribute('data-' + name) || '';
    for (var key in values || {}) {
      sentence = sentence.replace('{' + key + '}', values[key]);
    }
    return sentence;
  }

  /* What stands with the file of an input: sending, done, refused, lost (a part of it had arrived when
     the page went away), or nothing. Whoever keeps drafts asks for it. */
  function note(input, state, name) {
    input.setAttribute('data-state', state);
    input.setAttribute('data-name', name || '');
    statusOf(input).className =
      'upload-status' + (state === 'refused' || state === 'lost' ? ' fault' : '');
  }
  function statusOf(input) {
    return input.parentNode.querySelector('.upload-status');
  }
  function hiddenOf(input) {
    return input.parentNode.querySelector('input[type=hidden]');
  }
  function changed(input) {
    var event = document.createEvent('Event');
    event.initEvent('change', true, false);
    hiddenOf(input).dispatchEvent(event);
  }

  function stay(input, state, name, sentence) {
    var status = statusOf(input);
    note(input, state, name);
    status.textContent = sentence + ' ';
    button(status, text('leave'), function () {
      leave(input);
      input.focus();
    });
    changed(input);
  }
  function leave(input) {
    note(input, '');
    statusOf(input).textContent = '';
    changed(input);
  }

  /* What stands in the hidden input is shown, and can be taken away. */
  function attached(input, name, thumb) {
    var hidden = hiddenOf(input),
      status = statusOf(input),
      line = document.createElement('div');
    forget(input);
    note(input, 'done', name);
    status.textContent = '';
    var link = document.createElement('a');
    link.href = '/attachments/' + hidden.value;
    link.target = '_blank';
    link.rel = 'noopener';
    link.appendChild(document.createTextNode(name || text('view')));
    line.appendChild(document.createTextNode(text('done')));
    line.appendChild(link);
    status.appendChild(line);
    if (thumb) {
      var picture = document.createElement('img');
      picture.src = thumb;
      picture.alt = name;
      status.appendChild(picture);
    }
    button(status, text('remove'), function () {
      hidden.value = '';
      note(input, '');
      status.textContent = text('removed');
      changed(input);
      input.focus();
    });
  }
  /* What the server had shown for the input is no longer its answer. */
  function forget(input) {
    var before = input.parentNode.querySelector('[data-attached]');
    if (before) {
      before.parentNode.removeChild(before);
    }
  }

  function each(form, act) {
    Array.prototype.forEach.call(form.querySelectorAll('input[data-upload]'), act);
  }
  function inState(form, states) {
    var found = [];
    each(form, function (input) {
      var state = input.getAttribute('data-state');
      if (state && states.indexOf(state) >= 0) {
        found.push({
          field: input.id,
          name: input.getAttribute('data-name'),
          done: state === 'done'
        });
      }
    });
    return found;
  }
  window.jieliPhotos = {
    /* For the copy on the device: the files that are there, and those that are not yet. */
    files: function (form) {
      return inState(form, ['sending', 'lost', 'done']);
    },
    lost: function (form) {
      return inState(form, ['lost']);
    },
    leave: function (form) {
      each(form, function (input) {
        if (input.getAttribute('data-state') === 'lost') {
          leave(input);
        }
      });
    },
    /* By the key of the question: what is wrong with its file. */
    refused: function (form) {
      var found = {};
      inState(form, ['refused']).forEach(function (one) {
        found[one.field.slice(2)] = statusOf(
          document.getElementById(one.field)
        ).firstChild.textContent.trim();
      });
      return found;
    },
    /* After the copy was put back into the form: what it holds is shown, and what did not arrive. */
    restore: function (form, files) {
      each(form, function (input) {
        shown(input, find(files || [], input.id));
      });
    }
  };
  function find(files, id) {
    return files.filter(function (one) {
      return one.field === id;
    })[0];
  }
  function shown(input, file) {
    var token = hiddenOf(input).value,
      link = input.parentNode.querySelector('[data-attached] a');
    var there = link && link.getAttribute('href') === '/attachments/' + token;
    if (link && !there) {
      forget(input);
    }
    if (token && !there) {
      attached(input, file && file.done ? file.name : '');
    }
    if (file && !file.done && !(there && link.textContent === file.name)) {
      stay(input, 'lost', file.name, text('lost', {name: file.name}));
    }
  }
  function button(status, name, click) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = 'button secondary';
    made.textContent = name;
    made.addEventListener('click', click);
    status.appendChild(made);
  }

  window.jieliInputs = {
    text: text,
    note: note,
    statusOf: statusOf,
    hiddenOf: hiddenOf,
    changed: changed,
    stay: stay,
    attached: attached,
    each: each,
    button: button,
    piece: Number(texts.getAttribute('data-piece'))
  };
})();
