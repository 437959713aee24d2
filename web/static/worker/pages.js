/* Pages of a clerk that were opened once open again without a network (docs/decisions/0011). Served as
   /sw.js, which begins with "jieli": the sentences and the style sheet. No modern syntax. */
(function () {
  'use strict';
  var PAGES = 'jieli-pages-1',
    FILES = 'jieli-files-1',
    OWNER = '/sw.js?owner';
  var MOST = 30,
    OLDEST = 14 * 24 * 3600000,
    PATIENCE = 4000,
    MOST_DUE = 20,
    FRESH = 12 * 3600000;
  var FOR = jieli.keepFor,
    AT = 'X-Kept-At',
    WITH = 'X-Kept-With';
  var OURS = /^\/(assignments\/\d{1,10}(\/form)?)?$/,
    FORM = /^\/assignments\/\d{1,10}\/form$/;

  function nothing() {
    /* Then there is nothing. */
  }
  function later(wait) {
    return new Promise(function (done) {
      self.setTimeout(done, wait);
    });
  }
  function all(list, each) {
    return Promise.all(list.map(each));
  }
  function pages() {
    return caches.open(PAGES);
  }
  function forget() {
    return caches.delete(PAGES);
  }
  function ownerOf(cache) {
    return cache.match(OWNER).then(function (found) {
      return found ? found.text() : '';
    });
  }
  /* Under which address it is kept: of what else is said in one, nothing is. */
  function keyOf(url) {
    if (url.pathname === '/') {
      return '/';
    }
    if (!FORM.test(url.pathname) || /[?&]conflict=/.test(url.search)) {
      return '';
    }
    return url.pathname + (/[?&]correct=/.test(url.search) ? '?correct=1' : '');
  }

  /* Somebody has signed in. Until a page says who, the pages that are kept may be another's. */
  function isDoubtful(owner) {
    return owner.charAt(0) === '?';
  }
  function doubt() {
    return pages().then(function (cache) {
      return ownerOf(cache).then(function (mine) {
        return !mine || isDoubtful(mine) ? undefined : cache.put(OWNER, new Response('?' + mine));
      });
    });
  }
  function signIn(event) {
    event.respondWith(
      fetch(event.request).then(function (answer) {
        return answer.type === 'opaqueredirect'
          ? doubt().then(function () {
              return answer;
            })
          : answer;
      })
    ); /* Where it fails the browser says so, and can post it again. */
  }

  /* Only what the server says may be kept, for whom it says, while that one is signed in here. Whoever
     forgets takes away the cache itself: what is still on its way goes into one that nobody opens. */
  function keep(key, answer) {
    var who = answer.headers.get(FOR);
    if (!key || answer.status !== 200 || answer.redirected) {
      return undefined;
    }
    if (!who) {
      return gone([key]);
    } /* Nothing to be filled in any more. */
    return pages().then(function (cache) {
      return ownerOf(cache).then(function (mine) {
        if (mine.replace('?', '') !== who) {
          return mine && forget();
        }
        return answer.text().then(function (text) {
          return put(cache, key, answer, text);
        });
      });
    });
  }
  /* Whole or not at all: a form without its scripts could not be filled in. */
  function put(cache, key, answer, text) {
    var headers = new Headers(answer.headers),
      at = String(Date.now()),
      files = [],
      found;
    var addresses = /(?:href|src)="(\/static\/[\w.-]+)"/g;
    while ((found = addresses.exec(text))) {
      files.push(found[1]);
    }
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
    headers.set(AT, at);
    headers.set(WITH, files.join(' '));
    text = text.replace('<html', '<html data-kept-at="' + at + '"');
    return caches
      .open(FILES)
      .then(function (store) {
        return all(files, function (file) {
          return store.match(file).then(function (there) {
            return there || store.add(file);
          });
        });
      })
      .then(function () {
        return cache.put(key, new Response(text, {headers: headers}));
      })
      .then(function () {
        return trim(cache);
      });
  }
  function time(answer) {
    return Number(answer.headers.get(AT));
  }
  /* Address and answer, the newest first. */
  function listed(cache) {
    return cache
      .keys()
      .then(function (asked) {
        return all(asked, function (one) {
          return cache.match(one).then(function (answer) {
            return {url: new URL(one.url), answer: answer};
          });
        });
      })
      .then(function (found) {
        return found
          .filter(function (one) {
            return one.answer && time(one.answer);
          })
          .sort(function (a, b) {
            return time(b.answer) - time(a.answer);
          });
      });
  }
  function old(answer) {
    return Date.now() - time(answer) > OLDEST;
  }
  function trim(cache) {
    return listed(cache).then(function (found) {
      var wanted = [jieli.style];
      return all(found, function (one, place) {
        if (place >= MOST || old(one.answer)) {
          return cache.delete(one.url.href);
        }
        wanted = wanted.concat(one.answer.headers.get(WITH).split(' '));
      })
        .then(function () {
          return caches.open(FILES);
        })
        .then(function (store) {
          return store.keys().then(function (asked) {
            return all(asked, function (one) {
              return wanted.indexOf(new URL(one.url).pathname) < 0 && store.delete(one);
            });
          });
        });
    });
  }

  function kept(key) {
    return pages()
      .then(function (cache) {
        return ownerOf(cache).then(function (mine) {
          return key && !isDoubtful(mine) ? cache.match(key) : undefined;
        });
      })
      .then(function (found) {
        return found && !old(found) ? found : undefined;
      });
  }
  /* The text of the phone (?local=1) may be that of a correction. */
  function keptFor(key, url) {
    return kept(key).then(function (found) {
      if (found || !/[?&]local=/.test(url.search)) {
        return {key: key, page: found};
      }
      key = url.pathname + '?correct=1';
      return kept(key).then(function (other) {
        return {key: key, page: other};
      });
    });
  }
  /* The network first. Where it fails, or takes long, what is kept; a late answer is kept all the same.
     What an address says beside (?saved=1) follows on an answer of the server: that is waited for. */
  function open(event, url) {
    var key = keyOf(url),
      plain = key === url.pathname + url.search,
      copy;
    var asked = fetch(event.request).then(function (answer) {
      copy = answer.clone();
      return answer;
    });
    event.waitUntil(
      asked
        .then(function () {
          return copy.status === 404 ? gone([key]) : keep(key, copy);
        })
        .catch(nothing)
    );
    event.respondWith(
      Promise.race(plain ? [asked, later(PATIENCE)] : [asked])
        .catch(nothing)
        .then(function (answer) {
          if (answer && (answer.status < 502 || answer.status > 504)) {
            return answer;
          }
          return keptFor(key, url).then(function (found) {
            if (!found.page) {
              return asked.catch(explain);
            }
            /* And it is not true of this page. */
            return plain ? found.page : Response.redirect(new URL(found.key, url).href, 302);
          });
        })
    );
  }
  function explain() {
    return pages()
      .then(function (cache) {
        return ownerOf(cache).then(function (mine) {
          return isDoubtful(mine) ? [] : listed(cache);
        });
      })
      .then(function (found) {
        return all(
          found.filter(function (one) {
            return !old(one.answer);
          }),
          function (one) {
            return one.answer.text().then(function (text) {
              var title = /<title>([^<]*) \u00b7 /.exec(text);
              return (
                '<li><a href="' +
                one.url.pathname +
                one.url.search +
                '">' +
                (title ? title[1] : '') +
                '</a></li>'
              );
            });
          }
        );
      })
      .then(function (links) {
        return new Response(
          jieli.page.replace('<ul></ul>', function () {
            return links.length ? '<ul class="names">' + links.join('') + '</ul>' : jieli.none;
          }),
          {status: 503, headers: jieli.headers}
        );
      });
  }

  /* Said by every page of ours: who is signed in, and where one is. */
  function belongs(who) {
    return pages().then(function (cache) {
      return ownerOf(cache).then(function (mine) {
        if (mine === who) {
          return undefined;
        }
        if (mine === '?' + who) {
          return cache.put(OWNER, new Response(who));
        }
        return forget()
          .then(pages)
          .then(function (fresh) {
            return fresh.put(OWNER, new Response(who));
          });
      });
    });
  }
  /* The first page came before there was a worker. */
  function fetchOnce(key) {
    return pages()
      .then(function (cache) {
        return key && cache.match(key);
      })
      .then(function (there) {
        if (!key || there) {
          return undefined;
        }
        return fetch(key, {credentials: 'same-origin'}).then(function (answer) {
          return keep(key, answer);
        });
      });
  }
  /* What is due opens without a network though it was never opened: one after another, each a few
     kilobytes, and not again while it is fresh. */
  function fetchDue(keys) {
    return keys.slice(0, MOST_DUE).reduce(function (before, key) {
      return before.then(function () {
        return fetchStale(key);
      });
    }, Promise.resolve());
  }
  function fetchStale(path) {
    var key = path && keyOf(new URL(path, self.location.origin));
    return pages()
      .then(function (cache) {
        return key && cache.match(key);
      })
      .then(function (there) {
        if (!key || (there && Date.now() - time(there) < FRESH)) {
          return undefined;
        }
        return fetch(key, {credentials: 'same-origin'}).then(function (answer) {
          return keep(key, answer);
        });
      });
  }
  function gone(keys) {
    return pages().then(function (cache) {
      return all(keys.filter(Boolean), function (key) {
        return cache.delete(key);
      });
    });
  }

  self.addEventListener('sync', function (event) {
    if (event.tag === 'jieli-outbox') {
      event.waitUntil(self.jieliDeliver(pages().then(ownerOf)));
    }
  });
  self.addEventListener('install', function (event) {
    event.waitUntil(
      caches
        .open(FILES)
        .then(function (store) {
          return store.add(jieli.style);
        })
        .then(function () {
          return self.skipWaiting();
        })
    );
  });
  self.addEventListener('activate', function (event) {
    event.waitUntil(
      caches
        .keys()
        .then(function (names) {
          return all(names, function (name) {
            return name !== PAGES && name !== FILES && caches.delete(name);
          });
        })
        .then(function () {
          return self.clients.claim();
        })
    );
  });
  self.addEventListener('message', function (event) {
    var said = event.data || {};
    event.waitUntil(
      (said.who ? belongs(said.who) : Promise.resolve())
        .then(function () {
          return said.gone === null ? forget() : gone(said.gone || []);
        })
        .then(function () {
          return said.page && fetchOnce(keyOf(new URL(said.page)));
        })
        .then(function () {
          return fetchDue(said.due || []);
        })
        .catch(nothing)
    );
  });
  self.addEventListener('fetch', function (event) {
    var request = event.request,
      url = new URL(request.url);
    if (url.origin !== self.location.origin) {
      return;
    }
    if (request.method === 'POST' && url.pathname === '/sign-out') {
      event.waitUntil(forget());
    }
    if (request.method === 'POST' && request.mode === 'navigate' && url.pathname === '/sign-in') {
      signIn(event);
    }
    if (request.method !== 'GET') {
      return;
    }
    if (url.pathname.indexOf('/static/') === 0) {
      event.respondWith(
        caches
          .open(FILES)
          .then(function (store) {
            return store.match(request);
          })
          .catch(nothing)
          .then(function (found) {
            return found || fetch(request);
          })
      );
    } else if (request.mode === 'navigate' && OURS.test(url.pathname)) {
      open(event, url);
    }
  });
})();
