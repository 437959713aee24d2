/* Sending a form by script, and what has become of it. No modern syntax. */
(function () {
  'use strict';
  var TIMEOUT = 20000;

  /* POST as a browser posts a form; then(status, answer, address): status 0 is no answer. */
  function request(url, pairs, then) {
    var asked = new XMLHttpRequest();
    asked.open('POST', url);
    asked.timeout = TIMEOUT;
    asked.setRequestHeader('Accept', 'application/json');
    asked.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded;charset=UTF-8');
    asked.onloadend = function () {
      var answer = null;
      try {
        answer = JSON.parse(asked.responseText);
      } catch (e) {
        answer = null;
      }
      then(asked.status, answer || {}, asked.responseURL || '');
    };
    asked.send(
      pairs
        .map(function (pair) {
          return (
            encodeURIComponent(pair[0]) +
            '=' +
            encodeURIComponent(pair[1].replace(/\r?\n/g, '\r\n'))
          );
        })
        .join('&')
    );
  }

  /* What has become of a sending: sent, waiting (again later), sign-in, refused, odd. */
  function outcome(status, answer, address) {
    if (status === 200 && !answer.receipt && /\/receipts\/[^/?]+$/.test(address)) {
      answer.url = address;
      answer.receipt = address.split('/').pop();
    }
    if (status === 200 && answer.receipt) {
      return 'sent';
    }
    if (status === 401 || status === 403) {
      return 'sign-in';
    }
    if (status === 0 || status >= 500 || status === 408 || status === 429) {
      return 'waiting';
    }
    return (status === 409 || status === 422) && answer.sentence ? 'refused' : 'odd';
  }

  window.jieliRequests = {request: request, outcome: outcome};
})();
