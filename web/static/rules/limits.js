/* Made by `make format` from the limits the server keeps to; do not edit. */
window.jieliLimits = {
  MOST_WORK: 20000000,
  STARTING: 20,
  OF_A_NODE: 8,
  OF_EACH: 20,
  STEPS_AT_ONCE: 4,
  FOUND_AT_ONCE: 64,
  LONGEST_TEXT: 20000,
  LARGEST_NUMBER: 1000000000,
  LONGEST_NUMBER: 40,
  MOST_TIMES: 100,
  FIRST_YEAR: 1900,
  LAST_YEAR: 2200
};
