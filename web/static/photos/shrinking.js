/* Photos made smaller before they are sent. No modern syntax. */
(function () {
  'use strict';
  var LONGEST = 1600,
    QUALITY = 0.8,
    THUMB = 160;
  var turnsItself = false;

  /* Two pixels that are one above the other once the browser heeds how the camera was held. */
  var probe = new Image();
  probe.onload = function () {
    turnsItself = probe.width === 1;
  };
  probe.src =
    'data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z';

  /* `then(blob, thumb)`: the photo as a smaller JPEG, or as it is where that is not possible or
     not smaller; `thumb` is a tiny one as a data address. */
  function shrink(file, then) {
    window.jieliFiles.read(file.slice(0, 131072), 'readAsArrayBuffer', function (head) {
      var turn = head && !turnsItself ? orientation(new DataView(head)) : 1;
      window.jieliFiles.read(file, 'readAsDataURL', function (address) {
        if (!address) {
          then(file, '');
          return;
        }
        var image = new Image();
        image.onload = function () {
          draw(image, turn, file, then);
        };
        image.onerror = function () {
          then(file, '');
        };
        image.src = address;
      });
    });
  }

  function draw(image, turn, file, then) {
    var canvas, thumb;
    try {
      canvas = drawn(image, turn, LONGEST);
      thumb = drawn(image, turn, THUMB).toDataURL('image/jpeg', 0.6);
      pack(canvas, function (blob) {
        canvas.width = canvas.height = 0;
        then(blob && blob.size && blob.size < file.size ? blob : file, thumb);
      });
    } catch (e) {
      then(file, '');
    }
  }

  function drawn(image, turn, longest) {
    var scale = Math.min(1, longest / Math.max(image.width, image.height));
    var wide = Math.max(1, Math.round(image.width * scale));
    var high = Math.max(1, Math.round(image.height * scale));
    var canvas = document.createElement('canvas'),
      lies = turn > 4;
    canvas.width = lies ? high : wide;
    canvas.height = lies ? wide : high;
    var pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    /* Where the first corner and the two sides go, for each way a camera can be held. */
    var ways = {
      2: [-1, 0, 0, 1, wide, 0],
      3: [-1, 0, 0, -1, wide, high],
      4: [1, 0, 0, -1, 0, high],
      5: [0, 1, 1, 0, 0, 0],
      6: [0, 1, -1, 0, high, 0],
      7: [0, -1, -1, 0, high, wide],
      8: [0, -1, 1, 0, 0, wide]
    };
    if (ways[turn]) {
      pen.transform.apply(pen, ways[turn]);
    }
    pen.drawImage(image, 0, 0, wide, high);
    return canvas;
  }

  function pack(canvas, then) {
    if (canvas.toBlob) {
      canvas.toBlob(then, 'image/jpeg', QUALITY);
      return;
    }
    var raw = window.atob(canvas.toDataURL('image/jpeg', QUALITY).split(',')[1]);
    var bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) {
      bytes[i] = raw.charCodeAt(i);
    }
    then(new Blob([bytes], {type: 'image/jpeg'}));
  }

  /* How the camera was held, from the EXIF of a JPEG; 1 where it does not say. */
  function orientation(view) {
    var at = 2,
      end = view.byteLength;
    if (end < 4 || view.getUint16(0) !== 0xffd8) {
      return 1;
    }
    while (at + 10 < end && view.getUint8(at) === 0xff) {
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
        return tag(view, at + 10, end);
      }
      at += 2 + view.getUint16(at + 2);
    }
    return 1;
  }
  function tag(view, base, end) {
    var small = view.getUint16(base) === 0x4949;
    if (base + 10 > end) {
      return 1;
    }
    var at = base + view.getUint32(base + 4, small);
    if (at + 2 > end) {
      return 1;
    }
    for (
      var left = view.getUint16(at, small), i = at + 2;
      left > 0 && i + 12 <= end;
      left--, i += 12
    ) {
      if (view.getUint16(i, small) === 0x0112) {
        return view.getUint16(i + 8, small);
      }
    }
    return 1;
  }

  window.jieliShrinking = {shrink: shrink};
})();
