/* Today on a page that was kept on the phone, or left open over night. No modern syntax. */
(function () {
  'use strict';
  var values = window.jieliValues;
  var DAY = 864e5,
    EAST = 288e5,
    MADE = Number(document.documentElement.getAttribute('data-kept-at')) || Date.now();

  /* Days begin as in Beijing. */
  function dayOf(moment) {
    return Math.floor((moment + EAST) / DAY);
  }
  /* The server's day, and as many days on as the phone has seen pass since the page was made. */
  window.jieliToday = function (made) {
    var passed = dayOf(Date.now()) - dayOf(MADE);
    return passed > 0 ? values.dayText(values.num(made) + passed) : made;
  };
})();
