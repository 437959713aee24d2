/* The files of an item that waits go before it, in pieces that go on where the network broke. No modern
   syntax. */
(function (outbox) {
  'use strict';
  if (!outbox) {
    return;
  }
  var blobs = window.jieliBlobs,
    PIECE = 65536,
    TIMEOUT = 60000;

  function ask(method, url, body, type, then) {
    var asked = new XMLHttpRequest(),
      token = document.querySelector('input[name=_token]');
    asked.open(method, url);
    asked.timeout = TIMEOUT;
    asked.setRequestHeader('Content-Type', type);
    asked.setRequestHeader('X-Form-Token', token ? token.value : '');
    asked.onloadend = function () {
      var answer = null;
      try {
        answer = JSON.parse(asked.responseText);
      } catch (e) {
        answer = null;
      }
      then(asked.status, answer || {});
    };
    asked.send(body);
  }
  /* then(status, answer) once all are there (200), or with what was answered to the first that is not.
     What is taken back meanwhile ends as if there were no network. */
  function upload(item, then) {
    var file = (item.files || [])[0];
    if (!outbox.items.stands(item)) {
      then(0, {});
      return;
    }
    if (!file) {
      then(200, {});
      return;
    }
    blobs.get(file.blob, function (entry) {
      if (!entry || !entry.blob) {
        then(422, lost(file, item.lost));
        return;
      }
      begin(file, entry, function (status, answer) {
        if (status !== 200 || !answer.done || !outbox.items.stands(item)) {
          then(status === 200 || status === 409 ? 0 : status, told(file, answer));
          return;
        }
        took(item, file, answer.token);
        upload(item, then);
      });
    });
  }
  function begin(file, entry, then) {
    var fields = {
      name: file.name,
      size: entry.blob.size,
      field: file.field.slice(2),
      key: entry.key
    };
    var body = Object.keys(fields)
      .map(function (name) {
        return name + '=' + encodeURIComponent(fields[name]);
      })
      .join('&');
    ask('POST', file.url, body, 'application/x-www-form-urlencoded', function (status, answer) {
      if (status === 200 && !answer.done) {
        go(file, entry.blob, answer, then);
      } else {
        then(status, answer);
      }
    });
  }
  function go(file, blob, stands, then) {
    var url = file.url + '/' + stands.token + '?offset=' + stands.received;
    var piece = blob.slice(stands.received, stands.received + PIECE);
    ask('POST', url, piece, 'application/octet-stream', function (status, answer) {
      var moved = answer.received !== stands.received;
      if ((status === 200 || status === 409) && !answer.done && moved) {
        go(file, blob, {token: stands.token, received: answer.received}, then);
      } else {
        then(status === 404 ? 0 : status, answer);
      }
    });
  }
  function told(file, answer) {
    var faults = {};
    faults[file.field.slice(2)] = answer.sentence;
    return answer.sentence ? {sentence: answer.sentence, faults: faults} : answer;
  }
  function lost(file, sentence) {
    return told(file, {sentence: sentence.replace('{name}', file.name)});
  }
  /* Its token is the answer, and what was kept of it is done with. */
  function took(item, file, token) {
    [item.fields, item.typed].forEach(function (pairs) {
      pairs.forEach(function (pair) {
        if (pair[0] === file.field) {
          pair[1] = token;
        }
      });
    });
    item.files = item.files.slice(1);
    outbox.items.keep(item);
    blobs.remove(file.blob);
  }

  outbox.upload = upload;
})(window.jieliOutbox);
