/* Which answers break a constraint, said beside them: on leaving a field, never while it is being typed.
   No modern syntax. */
(function () {
  'use strict';
  /* `known`: the fields and their order; broken, from, places and keyOf as the conditions know them. */
  function Judging(known) {
    this.known = known;
    this.noted = {};
    this.blame = null;
  }
  Judging.prototype.note = function (key, rule) {
    this.noted[key] = true;
    this.blame(key, rule.message);
  };
  Judging.prototype.left = function (key) {
    var self = this,
      at = self.known.split(key),
      rule = self.known.fields[at[0]];
    if (rule && rule.constraint && self.known.broken(at[0], at[1])) {
      self.note(key, rule);
    }
    self.known.order.forEach(function (name) {
      self.computed(name);
    });
  };
  /* What is calculated is nobody's to leave: it is judged once all it is calculated from is there. */
  Judging.prototype.computed = function (name) {
    var self = this,
      known = self.known,
      rule = known.fields[name];
    if (!rule.constraint || !rule.calculation) {
      return;
    }
    known.places(name).forEach(function (place) {
      var from = known.from(name, place),
        key = known.keyOf(name, place);
      var whole = Object.keys(from).every(function (one) {
        return from[one] !== '' && from[one].length !== 0;
      });
      if (!known.broken(name, place)) {
        self.blame(key, '');
      } else if (whole) {
        self.note(key, rule);
      }
    });
  };
  /* After a settling: what was said and holds no longer goes. */
  Judging.prototype.settled = function () {
    var self = this;
    Object.keys(self.noted).forEach(function (key) {
      var at = self.known.split(key);
      if (!self.known.broken(at[0], at[1])) {
        self.blame(key, '');
        delete self.noted[key];
      }
    });
  };
  /* The places of fillings have moved. */
  Judging.prototype.forget = function () {
    this.noted = {};
  };

  window.jieliJudging = Judging;
})();
