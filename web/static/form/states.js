/* The states of a form page, and what leads from one to another; drawn in docs/form_states.md, which
   `make format` makes of these tables. No modern syntax. */
(function () {
  'use strict';
  /* What a page does in each. keeps: on the phone what is typed. saves: on the server too, by itself.
     sends: when the button is pressed. rests: it is a state one comes back to. hidden: the form is. */
  var STATES = {
    plain: {keeps: true, rests: true},
    open: {keeps: true, saves: true, sends: true, rests: true},
    stopped: {keeps: true, sends: true, rests: true},
    sending: {keeps: true},
    waiting: {keeps: true, hidden: true},
    undecided: {hidden: true},
    arrived: {}
  };
  /* What happens, by the state it finds. What is not here changes nothing; BACK is the state in which
     the page rested last. */
  var BACK = 'back';
  var MOVES = {
    plain: {offered: 'undecided'},
    open: {
      refused: 'stopped',
      send: 'sending',
      parked: 'waiting',
      offered: 'undecided',
      arrived: 'arrived'
    },
    stopped: {
      insisted: 'open',
      send: 'sending',
      parked: 'waiting',
      offered: 'undecided',
      arrived: 'arrived'
    },
    sending: {answered: BACK, parked: 'waiting', offered: 'undecided', arrived: 'arrived'},
    waiting: {released: BACK, arrived: 'arrived'},
    undecided: {decided: BACK, arrived: 'arrived'},
    arrived: {}
  };

  /* Where a page begins, and how it goes on; `can('keeps')` asks what it does now. */
  function Life(first) {
    this.state = this.rested = first;
  }
  Life.prototype.can = function (what) {
    return STATES[this.state][what] === true;
  };
  Life.prototype.move = function (event) {
    var to = MOVES[this.state][event];
    if (this.can('rests')) {
      this.rested = this.state;
    }
    if (to) {
      this.state = to === BACK ? this.rested : to;
    }
    return this.state;
  };

  window.jieliStates = {STATES: STATES, MOVES: MOVES, BACK: BACK, Life: Life};
})();
