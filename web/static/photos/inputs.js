/* What stands with the file of an input, and what is shown of it. Where anything fails the plain file
   input still has the file, and it goes with the form. No modern syntax. */
(function () {
  'use strict';
  var texts = document.querySelector('[data-upload-texts]');
  var able = window.FileReader && window.Blob && Blob.prototype.slice && window.Uint8Array;
  if (!texts || !able) {
    return;
  }

  function text(what, values) {
    var sentence = texts.getAttribute('data-' + what) || '';
    for (var key in values || {}) {
      sentence = sentence.replace('{' + key + '}', values[key]);
    }
    return sentence;
  }

  /* What stands with the file of an input: sending, done, refused, lost (a part of it had arrived when
     the page went away), or nothing. Whoever keeps drafts asks for it. */
  function note(input, state, said) {
    input.setAttribute('data-state', state);
    input.setAttribute('data-name', said || '');
    statusOf(input).className =
      'upload-status' + (state === 'refused' || state === 'lost' ? ' fault' : '');
    name(input);
  }
  function blockOf(input) {
    var at = input;
    while (!/(^| )upload( |$)/.test(at.className)) {
      at = at.parentNode;
    }
    return at;
  }
  function statusOf(input) {
    return blockOf(input).querySelector('.upload-status');
  }
  function hiddenOf(input) {
    return blockOf(input).querySelector('input[type=hidden]');
  }
  /* The browser's own words, that no file is chosen, are not true beside one that was uploaded: the
     input lies unseen over a button of ours. */
  function dress(form) {
    each(form, function (input) {
      if (input.parentNode.className === 'pick') {
        return;
      }
      var pick = document.createElement('span'),
        face = document.createElement('span');
      pick.className = 'pick';
      face.className = 'button secondary';
      face.setAttribute('aria-hidden', 'true');
      input.parentNode.insertBefore(pick, input);
      pick.appendChild(input);
      pick.appendChild(face);
      name(input);
    });
  }
  /* What the button says: another one takes the place of what is there. */
  function name(input) {
    var face = input.parentNode.querySelector('span.button'),
      there = hiddenOf(input).value || /sending|done/.test(input.getAttribute('data-state'));
    if (face) {
      face.textContent = text(there ? 'other' : 'pick-' + input.getAttribute('data-upload'));
    }
  }
  function changed(input) {
    var event = document.createEvent('Event');
    event.initEvent('change', true, false);
    hiddenOf(input).dispatchEvent(event);
  }

  function stay(input, state, file, sentence) {
    var status = statusOf(input);
    note(input, state, file);
    status.textContent = sentence + ' ';
    button(status, text('leave'), function () {
      leave(input);
      input.focus();
    });
    changed(input);
  }
  function leave(input) {
    drop(input);
    note(input, '');
    statusOf(input).textContent = '';
    changed(input);
  }

  /* What stands in the hidden input is shown, and can be taken away. */
  function attached(input, file, thumb) {
    var hidden = hiddenOf(input),
      status = statusOf(input),
      line = document.createElement('div');
    forget(input);
    note(input, 'done', file);
    status.textContent = '';
    var link = document.createElement('a');
    link.href = '/attachments/' + hidden.value;
    link.target = '_blank';
    link.rel = 'noopener';
    link.appendChild(document.createTextNode(file || text('view')));
    line.appendChild(document.createTextNode(text('done')));
    line.appendChild(link);
    status.appendChild(line);
    picture(status, file, thumb);
    button(status, text('remove'), function () {
      hidden.value = '';
      note(input, '');
      status.textContent = text('removed');
      changed(input);
      input.focus();
    });
  }
  function picture(status, file, thumb) {
    if (thumb) {
      var image = document.createElement('img');
      image.src = thumb;
      image.alt = file;
      status.appendChild(image);
    }
  }
  /* What the device has kept of it. */
  function drop(input) {
    window.jieliBlobs.remove(input.getAttribute('data-blob') || '');
    input.removeAttribute('data-blob');
  }
  /* What the server had shown for the input is no longer its answer. */
  function forget(input) {
    var before = blockOf(input).querySelector('[data-attached]');
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
          url: input.getAttribute('data-url'),
          blob: input.getAttribute('data-blob') || '',
          done: state === 'done'
        });
      }
    });
    return found;
  }
  window.jieliPhotos = {
    /* For the copy on the device: the files that are there, and those that are not yet. */
    files: function (form) {
      return inState(form, ['sending', 'chosen', 'lost', 'done']);
    },
    /* Those on their way, which the device keeps if `kept`. */
    pending: function (form, kept) {
      return inState(form, ['sending']).filter(function (file) {
        return !kept || file.blob;
      });
    },
    dress: dress,
    /* Of the photos that the device has kept, also those of a page before. */
    pictures: function (box, files) {
      var status = document.createElement('div');
      status.className = 'upload-status';
      box.appendChild(status);
      (files || []).forEach(function (file) {
        window.jieliBlobs.get(file.blob, function (entry) {
          picture(status, file.name, entry && entry.thumb);
        });
      });
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
      link = blockOf(input).querySelector('[data-attached] a');
    var there = link && link.getAttribute('href') === '/attachments/' + token;
    if (link && !there) {
      forget(input);
    }
    if (token && !there) {
      attached(input, file && file.done ? file.name : '');
    }
    if (file && !file.done && !(there && link.textContent === file.name)) {
      again(input, file);
    }
  }
  /* The device has kept it, or it is to be chosen again. */
  function again(input, file) {
    note(input, 'sending', file.name);
    window.jieliBlobs.get(file.blob, function (entry) {
      if (entry && entry.blob) {
        window.jieliUploads.resume(input, file, entry);
      } else {
        stay(input, 'lost', file.name, text('lost', {name: file.name}));
      }
    });
  }
  function button(status, sentence, click) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = 'button secondary';
    made.textContent = sentence;
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
    picture: picture,
    drop: drop,
    each: each,
    button: button,
    piece: Number(texts.getAttribute('data-piece'))
  };
})();
