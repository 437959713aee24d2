/* Photos and files of a form: made smaller here, sent in pieces that go on where the network broke.
   Written for old phones: no modern syntax. Where anything fails the plain file input still has the
   file, and it goes with the form. */
(function () {
  'use strict';
  var texts = document.querySelector('[data-upload-texts]');
  var able = window.FileReader && window.Blob && Blob.prototype.slice && window.Uint8Array;
  if (!texts || !able) {
    return;
  }

  var LONGEST = 1600,
    QUALITY = 0.8;
  var LEAST = 16384,
    MOST = 262144;
  var SAMPLED = 1048576;
  var uploads = [];
  var turnsItself = false;

  /* Two pixels that are one above the other once the browser heeds how the camera was held. */
  var probe = new Image();
  probe.onload = function () {
    turnsItself = probe.width === 1;
  };
  probe.src =
    'data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z';

  document.addEventListener('change', function (event) {
    var input = event.target;
    if (!input.getAttribute || !input.getAttribute('data-upload') || !input.form) {
      return;
    }
    stop(input);
    note(input, '');
    begin(input);
    changed(input);
  });
  function begin(input) {
    if (input.files && input.files[0]) {
      uploads.push(new Upload(input, input.files[0]));
    }
  }
  window.addEventListener('online', function () {
    uploads.forEach(function (upload) {
      upload.wake();
    });
  });

  window.addEventListener('offline', function () {
    uploads.forEach(function (upload) {
      upload.cut();
    });
  });

  /* What was being sent from this input is given up for another file. */
  function stop(input) {
    uploads = uploads.filter(function (upload) {
      if (upload.input !== input) {
        return true;
      }
      upload.end();
      return false;
    });
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

  function Upload(input, file) {
    var self = this;
    this.input = input;
    this.file = file;
    this.url = input.getAttribute('data-url');
    this.hidden = hiddenOf(input);
    this.status = statusOf(input);
    this.thumb = '';
    this.token = '';
    this.received = 0;
    this.piece = 4 * LEAST;
    this.failures = 0;
    this.lost = 0;
    this.count(1);
    note(input, 'sending', file.name);
    if (input.getAttribute('data-upload') === 'image') {
      this.tell(text('shrinking'));
      shrink(file, function (blob, thumb) {
        self.thumb = thumb;
        self.take(blob);
      });
    } else {
      this.take(file);
    }
  }

  /* The form says how many of its files are still on their way. */
  Upload.prototype.count = function (change) {
    var form = this.input.form;
    form.setAttribute('data-uploading', Number(form.getAttribute('data-uploading') || 0) + change);
  };

  Upload.prototype.end = function () {
    if (this.ended) {
      return;
    }
    this.ended = true;
    window.clearTimeout(this.timer);
    if (this.request) {
      this.request.abort();
    }
    this.count(-1);
  };

  Upload.prototype.take = function (blob) {
    var self = this,
      limit = Number(this.input.getAttribute('data-limit'));
    if (this.ended) {
      return;
    }
    if (blob.size > limit) {
      this.notTaken(text('large', {limit: Math.round(limit / 1048576)}));
      return;
    }
    this.blob = blob;
    mark(blob, function (key) {
      if (self.ended) {
        return;
      }
      if (!key) {
        self.fail('failed');
        return;
      }
      self.key = key;
      self.start();
    });
  };

  Upload.prototype.start = function () {
    var self = this,
      field = this.hidden.name.replace(/^f-/, '');
    var fields = {name: this.file.name || '', size: this.blob.size, field: field, key: this.key};
    var body = Object.keys(fields)
      .map(function (name) {
        return name + '=' + encodeURIComponent(fields[name]);
      })
      .join('&');
    this.progress(0);
    this.send(
      'POST',
      this.url,
      body,
      'application/x-www-form-urlencoded',
      function (status, answer) {
        if (status !== 200) {
          self.refused(status, answer);
          return;
        }
        self.token = answer.token;
        self.go(answer);
      }
    );
  };

  /* The server has said where it stands: the next piece, or the end. */
  Upload.prototype.go = function (answer) {
    var self = this,
      began = Date.now();
    if (answer.done) {
      this.done(answer);
      return;
    }
    this.received = answer.received;
    var piece = this.blob.slice(this.received, this.received + this.piece);
    if (this.received >= this.blob.size) {
      this.tell(text('checking'));
    }
    var url = this.url + '/' + this.token + '?offset=' + this.received;
    this.send(
      'POST',
      url,
      piece,
      'application/octet-stream',
      function (status, told) {
        self.came(status, told, Date.now() - began);
      },
      function (share) {
        self.progress(share * piece.size);
      }
    );
  };

  /* What has become of a piece that took `time` milliseconds. */
  Upload.prototype.came = function (status, answer, time) {
    if (status === 503) {
      this.later(1000 + Math.random() * 2000);
    } else if (status === 409) {
      this.received = answer.received;
      this.later(300);
    } else if (status === 404 && this.lost < 2) {
      this.lost += 1;
      this.start();
    } else if (status !== 200) {
      this.refused(status, answer);
    } else {
      if (time < 2000) {
        this.piece = Math.min(MOST, this.piece * 2);
      }
      this.go(answer);
    }
  };

  /* Ask again in a while, where it stands. */
  Upload.prototype.later = function (wait) {
    var self = this;
    window.clearTimeout(this.timer);
    this.waiting = true;
    this.timer = window.setTimeout(function () {
      self.wake();
    }, wait);
  };

  Upload.prototype.wake = function () {
    var self = this;
    if (this.ended || !this.waiting) {
      return;
    }
    this.waiting = false;
    window.clearTimeout(this.timer);
    if (!this.token) {
      this.start();
      return;
    }
    this.send('GET', this.url + '/' + this.token, null, '', function (status, answer) {
      if (status === 404 && self.lost < 2) {
        self.lost += 1;
        self.start();
        return;
      }
      if (status !== 200) {
        self.refused(status, answer);
        return;
      }
      self.go(answer);
    });
  };

  Upload.prototype.send = function (method, url, body, type, then, progress) {
    var self = this,
      request = new XMLHttpRequest(),
      token = this.input.form.elements._token;
    this.request = request;
    request.open(method, url);
    request.timeout = 120000;
    if (type) {
      request.setRequestHeader('Content-Type', type);
    }
    if (token) {
      request.setRequestHeader('X-Form-Token', token.value);
    }
    if (progress && request.upload) {
      request.upload.onprogress = function (event) {
        if (event.lengthComputable && event.total) {
          progress(event.loaded / event.total);
        }
      };
    }
    request.onload = function () {
      if (self.ended) {
        return;
      }
      var answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch (e) {
        answer = {};
      }
      if (request.status >= 500 && request.status !== 503) {
        self.broke();
        return;
      }
      self.failures = 0;
      then(request.status, answer);
    };
    request.onerror = request.ontimeout = function () {
      self.broke();
    };
    request.send(body);
  };

  /* The network broke: smaller pieces, and longer pauses. */
  Upload.prototype.broke = function () {
    if (this.ended) {
      return;
    }
    this.failures += 1;
    this.piece = Math.max(LEAST, this.piece / 2);
    this.tell(text('waiting', {percent: this.percent(0)}));
    this.later(Math.min(30000, 1000 * Math.pow(2, this.failures - 1)) * (0.75 + Math.random() / 2));
  };

  /* The browser knows that the network is gone before the request does. */
  Upload.prototype.cut = function () {
    if (!this.request || this.waiting || this.ended) {
      return;
    }
    this.request.abort();
    this.broke();
  };

  Upload.prototype.refused = function (status, answer) {
    if (status === 422 && answer.sentence) {
      this.notTaken(answer.sentence);
    } else {
      this.fail(status === 401 || status === 403 ? 'expired' : 'failed');
    }
  };

  /* It stands there until another one is chosen or the person does without. */
  Upload.prototype.notTaken = function (sentence) {
    this.input.value = '';
    this.end();
    stay(this.input, 'refused', this.file.name, sentence);
  };
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

  /* Not of itself any more; the file stays chosen, and a click goes on. */
  Upload.prototype.fail = function (why) {
    var input = this.input,
      file = this.file;
    this.end();
    this.tell(text(why));
    button(this.status, text('again'), function () {
      stop(input);
      uploads.push(new Upload(input, file));
    });
  };

  Upload.prototype.done = function (answer) {
    this.end();
    this.input.value = '';
    this.hidden.value = answer.token;
    attached(this.input, answer.name, this.thumb);
    changed(this.input);
  };

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

  Upload.prototype.tell = function (sentence) {
    this.shown = sentence;
    this.status.textContent = sentence;
  };

  function button(status, name, click) {
    var made = document.createElement('button');
    made.type = 'button';
    made.className = 'button secondary';
    made.textContent = name;
    made.addEventListener('click', click);
    status.appendChild(made);
  }

  Upload.prototype.percent = function (more) {
    return Math.min(99, Math.floor(((this.received + more) * 100) / this.blob.size)) + '%';
  };

  Upload.prototype.progress = function (more) {
    var sentence = text('sending', {percent: this.percent(more)});
    if (sentence !== this.shown) {
      this.tell(sentence);
    }
  };

  /* `then(blob, thumb)`: the photo as a smaller JPEG, or as it is where that is not possible or
     not smaller; `thumb` is a tiny one as a data address. */
  function shrink(file, then) {
    read(file.slice(0, 131072), 'readAsArrayBuffer', function (head) {
      var turn = head && !turnsItself ? orientation(new DataView(head)) : 1;
      read(file, 'readAsDataURL', function (address) {
        if (!address) {
          then(file, '');
          return;
        }
        var image = new Image();
        image.onload = function () {
          draw(image, turn, file, then);
        };
        image.onerror = function () {
          then(file, '');
        };
        image.src = address;
      });
    });
  }

  function read(blob, how, then) {
    var reader = new FileReader();
    reader.onload = function () {
      then(reader.result);
    };
    reader.onerror = function () {
      then(null);
    };
    reader[how](blob);
  }

  function draw(image, turn, file, then) {
    var canvas, thumb;
    try {
      canvas = drawn(image, turn, LONGEST);
      thumb = drawn(image, turn, 160).toDataURL('image/jpeg', 0.6);
      pack(canvas, function (blob) {
        canvas.width = canvas.height = 0;
        then(blob && blob.size && blob.size < file.size ? blob : file, thumb);
      });
    } catch (e) {
      then(file, '');
    }
  }

  function drawn(image, turn, longest) {
    var scale = Math.min(1, longest / Math.max(image.width, image.height));
    var wide = Math.max(1, Math.round(image.width * scale));
    var high = Math.max(1, Math.round(image.height * scale));
    var canvas = document.createElement('canvas'),
      lies = turn > 4;
    canvas.width = lies ? high : wide;
    canvas.height = lies ? wide : high;
    var pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    /* Where the first corner and the two sides go, for each way a camera can be held. */
    var ways = {
      2: [-1, 0, 0, 1, wide, 0],
      3: [-1, 0, 0, -1, wide, high],
      4: [1, 0, 0, -1, 0, high],
      5: [0, 1, 1, 0, 0, 0],
      6: [0, 1, -1, 0, high, 0],
      7: [0, -1, -1, 0, high, wide],
      8: [0, -1, 1, 0, 0, wide]
    };
    if (ways[turn]) {
      pen.transform.apply(pen, ways[turn]);
    }
    pen.drawImage(image, 0, 0, wide, high);
    return canvas;
  }

  function pack(canvas, then) {
    if (canvas.toBlob) {
      canvas.toBlob(then, 'image/jpeg', QUALITY);
      return;
    }
    var raw = window.atob(canvas.toDataURL('image/jpeg', QUALITY).split(',')[1]);
    var bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) {
      bytes[i] = raw.charCodeAt(i);
    }
    then(new Blob([bytes], {type: 'image/jpeg'}));
  }

  /* How the camera was held, from the EXIF of a JPEG; 1 where it does not say. */
  function orientation(view) {
    var at = 2,
      end = view.byteLength;
    if (end < 4 || view.getUint16(0) !== 0xffd8) {
      return 1;
    }
    while (at + 10 < end && view.getUint8(at) === 0xff) {
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
        return tag(view, at + 10, end);
      }
      at += 2 + view.getUint16(at + 2);
    }
    return 1;
  }
  function tag(view, base, end) {
    var small = view.getUint16(base) === 0x4949;
    if (base + 10 > end) {
      return 1;
    }
    var at = base + view.getUint32(base + 4, small);
    if (at + 2 > end) {
      return 1;
    }
    for (
      var left = view.getUint16(at, small), i = at + 2;
      left > 0 && i + 12 <= end;
      left--, i += 12
    ) {
      if (view.getUint16(i, small) === 0x0112) {
        return view.getUint16(i + 8, small);
      }
    }
    return 1;
  }

  /* A key made from the content: the same file goes on where its upload broke, after a reload too.
     Of a large one the beginning and the end are read. */
  function mark(blob, then) {
    var whole = blob.size <= SAMPLED;
    read(whole ? blob : blob.slice(0, MOST), 'readAsArrayBuffer', function (first) {
      if (!first) {
        then('');
        return;
      }
      var one = digest(first, 2166136261);
      read(blob.slice(Math.max(0, blob.size - MOST)), 'readAsArrayBuffer', function (last) {
        if (!last) {
          then('');
          return;
        }
        then(
          'upload-' + one.toString(16) + '-' + digest(last, 40503).toString(16) + '-' + blob.size
        );
      });
    });
  }
  function digest(buffer, mixed) {
    var bytes = new Uint8Array(buffer);
    for (var i = 0; i < bytes.length; i++) {
      mixed ^= bytes[i];
      mixed += (mixed << 1) + (mixed << 4) + (mixed << 7) + (mixed << 8) + (mixed << 24);
    }
    return mixed >>> 0;
  }

  /* Chosen before this script was here. */
  each(document, begin);
})();
