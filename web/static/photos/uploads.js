/* A file on its way to the server, in pieces that go on where the network broke. Written for old
   phones: no modern syntax. */
(function (inputs) {
  'use strict';
  if (!inputs) {
    return;
  }
  var LEAST = 16384,
    MOST = inputs.piece;
  var text = inputs.text,
    note = inputs.note,
    button = inputs.button;
  /* Of this page, one an input. */
  var uploads = [];

  document.addEventListener('change', function (event) {
    var input = event.target;
    if (!input.getAttribute || !input.getAttribute('data-upload') || !input.form) {
      return;
    }
    stop(input);
    note(input, '');
    begin(input);
    inputs.changed(input);
  });
  function begin(input) {
    if (input.files && input.files[0]) {
      uploads.push(new Upload(input, input.files[0]));
    }
  }
  /* What the device has kept of a page before goes on. */
  function resume(input, file, entry) {
    stop(input);
    input.setAttribute('data-blob', file.blob);
    uploads.push(new Upload(input, {name: file.name}, entry));
  }
  /* The outbox takes over what is on its way. */
  function pause() {
    uploads.forEach(function (upload) {
      upload.end();
    });
    uploads = [];
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

  function Upload(input, file, kept) {
    var self = this;
    this.input = input;
    this.file = file;
    this.url = input.getAttribute('data-url');
    this.hidden = inputs.hiddenOf(input);
    this.status = inputs.statusOf(input);
    this.thumb = '';
    this.token = '';
    this.received = 0;
    this.piece = 4 * LEAST;
    this.failures = 0;
    this.lost = 0;
    this.count(1);
    note(input, 'sending', file.name);
    if (kept) {
      this.thumb = kept.thumb;
      this.take(kept.blob, true);
      return;
    }
    inputs.drop(input);
    if (input.getAttribute('data-upload') === 'image') {
      this.tell(text('shrinking'));
      window.jieliShrinking.shrink(file, function (blob, thumb) {
        self.thumb = thumb;
        self.take(blob);
      });
    } else {
      this.tell(text('sending', {percent: '0%'}));
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

  Upload.prototype.take = function (blob, kept) {
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
    window.jieliFiles.mark(blob, function (key) {
      if (self.ended) {
        return;
      }
      if (!key) {
        self.fail('failed');
        return;
      }
      self.key = key;
      if (!kept) {
        self.keep();
      }
      self.start();
    });
  };

  /* On the device until it has arrived, under a name of its own: places in a repeat move. */
  Upload.prototype.keep = function () {
    var self = this,
      draft = this.input.form.getAttribute('data-draft'),
      id;
    if (!draft || !window.jieliOutbox) {
      return;
    }
    id = window.jieliOutbox.draftKey(draft) + '/' + String(Math.random()).slice(2);
    window.jieliBlobs.put(id, {blob: this.blob, thumb: this.thumb, key: this.key}, function (done) {
      if (done === null) {
        return;
      }
      if (self.ended) {
        window.jieliBlobs.remove(id);
        return;
      }
      self.input.setAttribute('data-blob', id);
      inputs.changed(self.input);
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
      self.heard(request, then);
    };
    request.onerror = request.ontimeout = function () {
      self.broke();
    };
    request.send(body);
  };

  Upload.prototype.heard = function (request, then) {
    var answer = {};
    if (this.ended) {
      return;
    }
    try {
      answer = JSON.parse(request.responseText);
    } catch (e) {
      answer = {};
    }
    if (request.status >= 500 && request.status !== 503) {
      this.broke();
      return;
    }
    this.failures = 0;
    then(request.status, answer);
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
    inputs.drop(this.input);
    inputs.stay(this.input, 'refused', this.file.name, sentence);
  };
  /* Not of itself any more; the file stays chosen, and a click goes on. */
  Upload.prototype.fail = function (why) {
    var self = this,
      input = this.input,
      file = this.file;
    this.end();
    if (input.files.length) {
      note(input, 'chosen', file.name);
    }
    this.tell(text(why));
    button(this.status, text('again'), function () {
      stop(input);
      uploads.push(new Upload(input, file, input.files.length ? null : self.entry()));
    });
    inputs.changed(input);
  };
  Upload.prototype.entry = function () {
    return {blob: this.blob, thumb: this.thumb};
  };

  Upload.prototype.done = function (answer) {
    this.end();
    inputs.drop(this.input);
    this.input.value = '';
    this.hidden.value = answer.token;
    inputs.attached(this.input, answer.name, this.thumb);
    inputs.changed(this.input);
  };

  Upload.prototype.tell = function (sentence) {
    this.shown = sentence;
    this.status.textContent = sentence;
    inputs.picture(this.status, this.file.name || '', this.thumb);
  };

  Upload.prototype.percent = function (more) {
    return Math.min(99, Math.floor(((this.received + more) * 100) / this.blob.size)) + '%';
  };

  Upload.prototype.progress = function (more) {
    var sentence = text('sending', {percent: this.percent(more)});
    if (sentence !== this.shown) {
      this.tell(sentence);
    }
  };

  /* Chosen before this script was here. */
  inputs.each(document, begin);
  window.jieliPhotos.dress(document);
  window.jieliUploads = {resume: resume, pause: pause};
})(window.jieliInputs);
