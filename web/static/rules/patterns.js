/* The patterns of `regex()`, as the server's rules/forms/expressions/patterns.py makes them programs:
   [0, from, to, …] a character, [1, a, b] go on at both, [2] start, [3] end. No modern syntax. */
(function () {
  'use strict';
  /* One reading of a text: the places of the program that are still possible. */
  function Reading(program, length) {
    this.program = program;
    this.length = length;
    this.places = [];
    this.step(0, [0]);
  }
  /* At this character of the text the program stands at these places, and where they lead at once. */
  Reading.prototype.step = function (at, waiting) {
    var marks = [],
      place;
    this.places = [];
    while (waiting.length) {
      place = waiting.pop();
      if (!marks[place]) {
        marks[place] = true;
        this.enter(at, place, waiting);
      }
    }
  };
  Reading.prototype.enter = function (at, place, waiting) {
    var step = this.program[place];
    if (!step || step[0] === 0) {
      this.places.push(place);
    } else if (step[0] === 1) {
      waiting.push(step[2], step[1]);
    } else if (at === (step[0] === 2 ? 0 : this.length)) {
      waiting.push(place + 1);
    }
  };
  /* The places behind those that take a character. */
  Reading.prototype.after = function (code) {
    var program = this.program;
    return this.places
      .filter(function (place) {
        return takes(program[place] || [], code);
      })
      .map(function (place) {
        return place + 1;
      });
  };
  function takes(step, code) {
    for (var i = 1; i < step.length; i += 2) {
      if (code >= step[i] && code <= step[i + 1]) {
        return true;
      }
    }
    return false;
  }
  function codeOf(sign) {
    var code = sign.charCodeAt(0);
    return sign.length > 1 ? (code - 0xd800) * 0x400 + sign.charCodeAt(1) - 0xdc00 + 0x10000 : code;
  }
  /* Whether the whole text fits; a time linear in it. */
  function fits(program, text) {
    var signs = window.jieliValues.points(text),
      reading,
      i;
    if (signs.length > window.jieliLimits.LONGEST_TEXT) {
      return false;
    }
    reading = new Reading(program, signs.length);
    for (i = 0; i < signs.length && reading.places.length; i++) {
      reading.step(i + 1, reading.after(codeOf(signs[i])));
    }
    return reading.places.indexOf(program.length) >= 0;
  }

  window.jieliPatterns = {fits: fits};
})();
