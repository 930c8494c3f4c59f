// Keeps an open desk page up to date, sends answers without leaving it, keeps drafts.
// The page works without this: by links, forms and reloading.
(() => {
  'use strict';
  const root = document.querySelector('[data-events]');
  const SIGN_IN = '/sign-in';
  const DRAFT = 'desk-draft-';

  document.addEventListener('submit', (event) => {
    if (event.target.matches('[data-sign-out]')) forgetDrafts();
  });
  if (!root) return;

  // ---- Read the page again and put in what has changed --------------------------------
  let loading = false;
  let again = false;

  function readPage() {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('GET', location.pathname + location.search.replace(/[?&]done=\w*/, ''));
      request.responseType = 'document';
      request.setRequestHeader('Accept', 'text/html');
      request.onload = () => resolve(request);
      request.onerror = reject;
      request.send();
    });
  }

  async function refresh() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const request = await readPage();
      if (new URL(request.responseURL).pathname.startsWith(SIGN_IN)) signedOut();
      else if (request.status === 200 && request.response) merge(request.response);
    } catch {
      say('Connection lost. Trying again.', true);
    } finally {
      loading = false;
      if (again) { again = false; refresh(); }
    }
  }

  function merge(page) {
    const waited = waitingCount(document.title);
    const wrote = toAnswer();
    document.title = page.title;
    for (const fresh of page.querySelectorAll('[data-live]')) {
      const held = document.getElementById(fresh.id);
      if (held) put(held, fresh);
    }
    showTimes();
    if (waitingCount(page.title) > waited) ring('Someone is waiting at the desk');
    else if (toAnswer() > wrote) ring('A citizen has written to you');
  }

  // What citizens wrote to whoever looks: in the case that is open, or in those of theirs.
  function toAnswer() {
    return document.querySelectorAll(box() ? '#log .message.citizen' : '#mine .detail.strong').length;
  }

  function put(held, fresh) {
    const how = held.dataset.live;
    if (how === 'append') return append(held, fresh);
    if (how === 'text') {
      if (held.textContent !== fresh.textContent) held.textContent = fresh.textContent;
      return undefined;
    }
    if (how === 'state' ? held.dataset.state === fresh.dataset.state : same(held, fresh)) return undefined;
    const focused = held.contains(document.activeElement) ? document.activeElement.id : '';
    held.replaceWith(document.adoptNode(fresh));
    if (focused) (document.getElementById(focused) || document.getElementById('main')).focus();
    enhance();
    return undefined;
  }

  function append(held, fresh) {
    for (const item of [...fresh.children]) {
      const there = document.getElementById(item.id);
      if (!there) {
        item.classList.add('new');
        held.append(document.adoptNode(item));
      } else if (there.dataset.change !== item.dataset.change) there.replaceWith(document.adoptNode(item));
    }
  }

  // Waiting times and form tokens differ each time; they are no change.
  function same(held, fresh) {
    return outline(held) === outline(fresh);
  }

  function outline(element) {
    const copy = element.cloneNode(true);
    for (const field of copy.querySelectorAll('input[type=hidden]')) field.remove();
    for (const time of copy.querySelectorAll('time[data-since]')) time.textContent = '';
    for (const hidden of copy.querySelectorAll('button .visually-hidden')) hidden.textContent = '';
    return copy.outerHTML;
  }

  // ---- Hear of changes ---------------------------------------------------------------
  const live = () => document.getElementById('live');

  function say(text, bad) {
    const place = live();
    if (!place || place.textContent === text) return;
    place.hidden = false;
    place.textContent = text;
    place.classList.toggle('lost', Boolean(bad));
  }

  function signedOut() {
    const place = live();
    if (!place || document.getElementById('signed-out')) return;
    const link = document.createElement('a');
    link.id = 'signed-out';
    link.href = SIGN_IN + '?next=' + encodeURIComponent(location.pathname);
    link.textContent = 'You have been signed out. Sign in again.';
    place.hidden = false;
    place.setAttribute('role', 'alert');
    place.replaceChildren(link);
    if (source) source.close();
  }

  // ---- A sound and a notice when someone new waits or writes: off until switched on -------
  const ALARM = 'desk-alarm';
  const waitingCount = (title) => Number((title.match(/^\((\d+)\)/) || [0, 0])[1]);

  function ring(why) {
    if (localStorage.getItem(ALARM) !== 'on') return;
    try {
      const sound = new AudioContext();
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      volume.gain.value = 0.1;
      tone.frequency.value = 660;
      tone.connect(volume).connect(sound.destination);
      tone.start();
      tone.stop(sound.currentTime + 0.2);
    } catch { /* no sound here */ }
    if (document.hidden && 'Notification' in window && Notification.permission === 'granted') {
      new Notification(why);
    }
  }

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-alarm]');
    if (!button) return;
    const on = localStorage.getItem(ALARM) !== 'on';
    localStorage.setItem(ALARM, on ? 'on' : 'off');
    button.setAttribute('aria-pressed', on);
    if (on && 'Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
    if (on) ring('');
  });

  // ---- Someone is writing ----------------------------------------------------------------
  let gone = null;
  let signed = 0;

  function citizenWrites() {
    const place = document.getElementById('writes');
    if (!place) return;
    place.hidden = false;
    clearTimeout(gone);
    gone = setTimeout(() => { place.hidden = true; }, 4000);
  }

  function sayIWrite() {
    if (Date.now() - signed < 3000) return;
    signed = Date.now();
    const form = box().form;
    const body = new URLSearchParams({ csrf: form.elements.csrf.value });
    fetch(form.action.replace(/answer$/, 'typing'), { method: 'POST', body }).catch(() => {});
  }

  let source = null;

  function listen() {
    source = new EventSource(root.dataset.events);
    source.addEventListener('open', () => say('Live'));
    source.addEventListener('changed', refresh);
    source.addEventListener('over', signedOut);
    source.addEventListener('writes', citizenWrites);
    source.addEventListener('error', () => {
      say('Connection lost. Trying again.', true);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => { refresh(); listen(); }, 5000);
    });
  }

  // ---- Waiting times count on --------------------------------------------------------
  function howLong(since) {
    const minutes = Math.max(0, Math.floor((Date.now() - new Date(since)) / 60000));
    if (minutes < 1) return 'under 1 min';
    if (minutes < 60) return minutes + ' min';
    const hours = Math.floor(minutes / 60);
    if (hours >= 48) return Math.floor(hours / 24) + ' days';
    return minutes % 60 ? hours + ' h ' + (minutes % 60) + ' min' : hours + ' h';
  }

  function showTimes() {
    for (const time of document.querySelectorAll('time[data-since]')) {
      const text = howLong(time.dateTime);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  // ---- Answers -----------------------------------------------------------------------
  const box = () => document.getElementById('text');
  const draftKey = DRAFT + root.dataset.case;

  function forgetDrafts() {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
  }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function showProblem(text) {
    const error = document.getElementById('text-error');
    error.textContent = text;
    error.hidden = !text;
    box().toggleAttribute('aria-invalid', false);
    if (text) box().setAttribute('aria-invalid', 'true');
    box().setAttribute('aria-describedby', text ? 'text-hint text-error' : 'text-hint');
  }

  let sending = false;

  async function send(form) {
    if (sending) return;
    sending = true;
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: 'application/json' },
      });
      const told = await response.json().catch(() => ({}));
      if (response.status === 401) signedOut();
      else if (response.ok) sent(form);
      else showProblem(told.message ? told.message + ' ' + (told.what_next || '') : 'It was not sent. Try again.');
    } catch {
      showProblem('It was not sent: the connection is lost. Your words are kept. Try again.');
    } finally {
      sending = false;
    }
    refresh();
  }

  function sent(form) {
    form.elements.text.value = '';
    form.elements.form_id.value = newId();
    sessionStorage.removeItem(draftKey);
    showProblem('');
    form.elements.text.focus();
  }

  document.addEventListener('submit', (event) => {
    if (!event.target.matches('[data-answer]')) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target === box() && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener('input', (event) => {
    if (event.target !== box()) return;
    sessionStorage.setItem(draftKey, event.target.value);
    sayIWrite();
  });
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-phrases]') || !event.target.value) return;
    const text = box();
    text.setRangeText(event.target.value, text.selectionStart, text.selectionEnd, 'end');
    sessionStorage.setItem(draftKey, text.value);
    event.target.value = '';
    text.focus();
  });

  // ---- Keys: always with Alt and Shift, so that none stands in the way of typing ---------
  const KEYS = { Q: '/desk', A: '#text', N: '#note-text', P: '#pass-to', C: '#outcome-resolved', B: '#promise-day' };

  document.addEventListener('keydown', (event) => {
    const wanted = event.altKey && event.shiftKey && KEYS[event.code.replace('Key', '')];
    if (!wanted) return;
    event.preventDefault();
    if (wanted.startsWith('/')) { location.href = wanted; return; }
    const field = document.querySelector(wanted);
    if (!field) return;
    const fold = field.closest('details');
    if (fold) fold.open = true;
    field.focus();
  });

  function enhance() {
    for (const link of document.querySelectorAll('[data-reload]')) link.hidden = true;
    for (const button of document.querySelectorAll('[data-alarm]')) {
      button.hidden = false;
      button.setAttribute('aria-pressed', localStorage.getItem(ALARM) === 'on');
    }
    for (const keys of document.querySelectorAll('.keys')) keys.hidden = false;
    if (box() && !box().value) box().value = sessionStorage.getItem(draftKey) || '';
  }

  enhance();
  showTimes();
  setInterval(showTimes, 20000);
  listen();
  if (location.hash === '#answer' && box()) box().focus();
})();
