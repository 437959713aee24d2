/* The answers of a form page: read, told apart, and written back. No modern syntax. */
(function (page) {
  'use strict';
  if (!page) {
    return;
  }
  var form = page.form,
    rules = window.jieliRules;

  /* The blank filling of a repeat, in a browser without templates. */
  var BLANK = /\.__n__\./;

  function isBox(field) {
    return field.type === 'checkbox' || field.type === 'radio';
  }
  function isText(field) {
    return ['file', 'submit', 'button'].indexOf(field.type) < 0;
  }

  /* What the browser itself would post, without its button; or what it would have with nothing typed. */
  function posted(untouched) {
    var pairs = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      var sent =
        field.name &&
        !field.disabled &&
        !BLANK.test(field.name) &&
        isText(field) &&
        !/^(FIELDSET|OUTPUT)$/.test(field.tagName);
      if (sent && (!isBox(field) || (untouched ? field.defaultChecked : field.checked))) {
        pairs.push([field.name, untouched && !isBox(field) ? given(field) : field.value]);
      }
    });
    return pairs;
  }
  function given(field) {
    if (field.tagName !== 'SELECT') {
      return field.defaultValue;
    }
    return (
      Array.prototype.filter.call(field.options, function (one) {
        return one.defaultSelected;
      })[0] || field.options[0]
    ).value;
  }
  function isAnswer(field) {
    return page.live ? field.indexOf('f-') === 0 : field.charAt(0) !== '_';
  }
  function only(pairs) {
    return pairs.filter(function (pair) {
      return isAnswer(pair[0]);
    });
  }
  /* What was said, to tell whether two of them differ. */
  function mark(pairs) {
    return JSON.stringify(
      only(pairs)
        .filter(function (pair) {
          return pair[1].trim() && !/\.#$/.test(pair[0]);
        })
        .map(function (pair) {
          return [pair[0], pair[1].replace(/\r/g, '').trim()];
        })
    );
  }
  function now() {
    return mark(posted());
  }

  /* Gently: where nothing was typed, what the server has filled in stays. */
  function write(pairs, gently) {
    var texts = {};
    if (rules) {
      rules.fit(pairs);
    }
    pairs.forEach(function (pair) {
      (texts[pair[0]] = texts[pair[0]] || []).push(pair[1]);
    });
    Array.prototype.forEach.call(form.elements, function (field) {
      var text = texts[field.name] || [];
      if (isAnswer(field.name || '_') && !field.readOnly && !(gently && !text.join('').trim())) {
        put(field, text);
      }
    });
    if (rules) {
      rules.settle();
    }
    dress();
  }
  /* What stands beside answers follows them. */
  function dress() {
    page.bounds.dress();
    page.choices.dress();
    if (window.jieliPhotos) {
      window.jieliPhotos.dress(form);
    }
    if (page.missing) {
      page.missing.later();
    }
  }
  function put(field, text) {
    if (isBox(field)) {
      field.checked = text.indexOf(field.value) >= 0;
    } else if (text.length && isText(field)) {
      field.value = text[0];
    }
  }

  page.answers = {posted: posted, only: only, mark: mark, now: now, write: write, dress: dress};
})(window.jieliForm);
