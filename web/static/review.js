/* The bar below the review list: all of a page at once, and how many are chosen. */
(function () {
  'use strict';
  var all = document.querySelector('[data-tick-all]');
  var chosen = document.querySelector('[data-chosen]');
  if (!all || !chosen) {
    return;
  }
  var boxes = document.querySelectorAll(
    'input[type=checkbox][name="' + all.getAttribute('data-tick-all') + '"]'
  );
  var tickAll = all.textContent;
  all.setAttribute('role', 'button');

  function count() {
    var ticked = 0;
    for (var i = 0; i < boxes.length; i++) {
      ticked += boxes[i].checked ? 1 : 0;
    }
    return ticked;
  }
  function show() {
    var ticked = count();
    chosen.textContent = ticked ? chosen.getAttribute('data-chosen').replace('{n}', ticked) : '';
    all.textContent = ticked === boxes.length ? all.getAttribute('data-none') : tickAll;
  }
  all.addEventListener('click', function (event) {
    event.preventDefault();
    var wanted = count() < boxes.length;
    for (var i = 0; i < boxes.length; i++) {
      boxes[i].checked = wanted;
    }
    show();
  });
  document.addEventListener('change', show);
  window.addEventListener('pageshow', show);
  show();
})();
