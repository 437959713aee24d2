/* What is in a file, read piece by piece. No modern syntax. */
(function () {
  'use strict';
  var SAMPLED = 1048576,
    ENDS = 262144;

  function read(blob, how, then) {
    var reader = new FileReader();
    reader.onload = function () {
      then(reader.result);
    };
    reader.onerror = function () {
      then(null);
    };
    reader[how](blob);
  }

  /* A key made from the content: the same file goes on where its upload broke, after a reload too.
     Of a large one the beginning and the end are read. */
  function mark(blob, then) {
    var whole = blob.size <= SAMPLED;
    read(whole ? blob : blob.slice(0, ENDS), 'readAsArrayBuffer', function (first) {
      if (!first) {
        then('');
        return;
      }
      var one = digest(first, 2166136261);
      read(blob.slice(Math.max(0, blob.size - ENDS)), 'readAsArrayBuffer', function (last) {
        if (!last) {
          then('');
          return;
        }
        then(
          'upload-' + one.toString(16) + '-' + digest(last, 40503).toString(16) + '-' + blob.size
        );
      });
    });
  }
  function digest(buffer, mixed) {
    var bytes = new Uint8Array(buffer);
    for (var i = 0; i < bytes.length; i++) {
      mixed ^= bytes[i];
      mixed += (mixed << 1) + (mixed << 4) + (mixed << 7) + (mixed << 8) + (mixed << 24);
    }
    return mixed >>> 0;
  }

  window.jieliFiles = {read: read, mark: mark};
})();
