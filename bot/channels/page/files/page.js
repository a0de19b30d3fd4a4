// What a script adds; the page works without it. Old telephones: nothing newer than 2011.
(function () {
  "use strict";
  var own = document.currentScript || document.getElementsByTagName("script")[0];

  // --- one tap is one tap: a form that is on its way is not sent again
  var forms = document.getElementsByTagName("form");
  for (var i = 0; i < forms.length; i++) {
    forms[i].addEventListener("submit", function (event) {
      if (event.defaultPrevented) { return; }
      if (this.sent) { event.preventDefault(); return; }
      this.sent = true;
      var form = this;
      setTimeout(function () { form.sent = false; }, 8000);
    });
  }
  window.addEventListener("pageshow", function (event) {
    for (var i = 0; i < forms.length; i++) { forms[i].sent = false; }
    if (event.persisted) { location.reload(); } // "back" shows what stands there now
  });

  // --- the receipt, to be copied
  var receipt = document.getElementById("receipt");
  if (receipt) {
    var copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = own.getAttribute("data-copy");
    copy.addEventListener("click", function () {
      var range = document.createRange();
      range.selectNodeContents(receipt);
      var marked = window.getSelection();
      marked.removeAllRanges();
      marked.addRange(range);
      var done = false;
      try { done = document.execCommand("copy"); } catch (_) { done = false; }
      if (done) { copy.textContent = own.getAttribute("data-copied"); }
    });
    receipt.parentNode.appendChild(copy);
  }

  // --- the work a beginning costs (see door.py): sixteen small puzzles
  var door = document.getElementById("door");
  var bits = door ? parseInt(door.getAttribute("data-work") || "0", 10) : 0;
  if (!bits) { return; }

  var K = [], start = [];
  (function () { // the fractions of the roots of the first primes
    var found = 0, fraction = function (x) { return ((x - Math.floor(x)) * 4294967296) | 0; };
    for (var n = 2; found < 64; n++) {
      for (var d = 2, prime = true; d * d <= n; d++) { if (n % d === 0) { prime = false; break; } }
      if (!prime) { continue; }
      if (found < 8) { start[found] = fraction(Math.pow(n, 1 / 2)); }
      K[found++] = fraction(Math.pow(n, 1 / 3));
    }
  })();
  var W = window.Int32Array ? new Int32Array(64) : [];

  // The first 32 bits of SHA-256 of a text shorter than 56 characters, which is one block.
  function head(text) {
    var i, length = text.length;
    for (i = 0; i < 16; i++) { W[i] = 0; }
    for (i = 0; i < length; i++) { W[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8); }
    W[length >> 2] |= 128 << (24 - (length & 3) * 8);
    W[15] = length * 8;
    var a = start[0], b = start[1], c = start[2], d = start[3], e = start[4], f = start[5], g = start[6], h = start[7];
    for (i = 0; i < 64; i++) {
      if (i > 15) {
        var x = W[i - 15], y = W[i - 2];
        W[i] = (W[i - 16] + W[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3)) +
          ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10))) | 0;
      }
      var one = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      var two = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    return (a + start[0]) | 0;
  }

  var token = door.elements.challenge.value, shift = 32 - Math.max(bits - 4, 1);
  var proofs = [], number = 0, tapped = null, working = document.getElementById("working");

  function work() {
    var until = new Date().getTime() + 40; // so that the page stays alive under a finger
    while (proofs.length < 16) {
      for (var i = 0; i < 200; i++, number++) {
        if (head(token + "." + proofs.length + "." + number) >>> shift === 0) {
          proofs.push(number);
          number = -1;
          if (proofs.length === 16) { break; }
        }
      }
      if (new Date().getTime() > until) { break; }
    }
    if (proofs.length < 16) { setTimeout(work, 0); return; }
    var all = document.querySelectorAll("form[action='/q/begin']");
    for (var n = 0; n < all.length; n++) {
      var proof = document.createElement("input");
      proof.type = "hidden";
      proof.name = "proof";
      proof.value = proofs.join(".");
      all[n].appendChild(proof);
    }
    if (tapped) { tapped.click(); }
  }

  var buttons = document.querySelectorAll("form[action='/q/begin'] button");
  for (var b = 0; b < buttons.length; b++) {
    buttons[b].addEventListener("click", function (event) {
      if (proofs.length === 16) { return; }
      event.preventDefault();
      tapped = this;
      working.textContent = working.getAttribute("data-says");
    });
  }
  setTimeout(work, 0);
})();
