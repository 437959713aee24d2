/* Pieces of a page that scripts make. No modern syntax. */
(function () {
  'use strict';
  function element(name, text, css) {
    var made = document.createElement(name);
    if (text) {
      made.textContent = text;
    }
    if (css) {
      made.className = css;
    }
    return made;
  }
  function link(text, href) {
    var made = element('a', text);
    made.href = href;
    return made;
  }
  function button(text, click) {
    var made = element('button', text, 'button secondary');
    made.type = 'button';
    made.addEventListener('click', click);
    return made;
  }
  function note(kind, text, parts) {
    var made = element('div', '', 'note no-print note-' + kind),
      line = element('p');
    made.appendChild(element('p')).appendChild(element('strong', text));
    parts.forEach(function (part) {
      line.appendChild(part);
      line.appendChild(document.createTextNode(' '));
    });
    made.appendChild(line);
    return made;
  }

  window.jieliElements = {element: element, link: link, button: button, note: note};
})();
