/**
 * The sign-in page: what happens on top of markup that already works as plain links. What is said comes with the page, in
 * its language; everything shown is written as text, never as HTML.
 * @module
 */
import { OAuth2 } from './oauth2.js';

/** @typedef {{ id: string, title: string, item: HTMLElement, link: HTMLAnchorElement, auth: OAuth2 }} Way */
/** @typedef {Error & { code?: string, requestId?: string }} Failure */
/** @typedef {import('./types.js').BackstageIdentity} BackstageIdentity */

const RENEW_AHEAD_MS = 170_000;

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const page = element('page');
const status = element('status');
const signOutButton = /** @type {HTMLButtonElement} */ (element('sign-out'));
const { authUrl = '', appTitle = '', environment, auto, redirect } = page.dataset;
/** @type {Record<'finish' | 'useThisWindow' | 'continueHere' | 'lastUsed' | 'looking' | 'going' | 'signedOut' | 'ended' | 'failed' | 'blocked' | 'closed' | 'address' | 'connection' | 'noUser' | 'signOutFailed', string>} */
const words = JSON.parse(element('words').textContent ?? '');
const signInTitle = document.title;
const { lang } = document.documentElement;

/** @type {Way[]} */
const ways = [...document.querySelectorAll('[data-provider]')].map(node => {
  const item = /** @type {HTMLElement} */ (node);
  const { provider: id = '', title = id } = item.dataset;
  const auth = OAuth2.create({
    discoveryApi: { getBaseUrl: async () => authUrl },
    provider: { id, title },
    environment,
    defaultScopes: ['openid', 'profile', 'email'],
  });
  const link = /** @type {HTMLAnchorElement} */ (item.querySelector('a'));
  return { id, title, item, link, auth };
});

/** @type {Way | undefined} */
let busy;
/** @type {Way | undefined} */
let current;
/** @type {ReturnType<typeof setInterval> | undefined} */
let clock;

/** What a browser may keep, or may be forbidden to. @param {() => Storage} storage @param {string} key */
const kept = (storage, key) => ({
  read() {
    try {
      return storage().getItem(key);
    } catch {
      return null;
    }
  },
  /** @param {string} [value] */
  write(value) {
    try {
      if (value) storage().setItem(key, value);
      else storage().removeItem(key);
    } catch {
      // The page works without it.
    }
  },
});
/** The id of the provider that last let someone in: in this tab, else in this browser. */
const lastUsed = {
  places: [() => sessionStorage, () => localStorage].map(storage => kept(storage, `stagedoor.last-provider.${environment}`)),
  read() {
    return this.places.map(place => place.read()).find(Boolean);
  },
  /** @param {string} [id] */
  write(id) {
    for (const place of this.places) place.write(id);
  },
};
/** That someone signed out in this tab, also by way of the provider: nobody is signed in again without a click. */
const leftOnPurpose = kept(() => sessionStorage, 'stagedoor.signed-out');

/** @param {string} tag @param {string} text @param {string} [className] */
const make = (tag, text, className = '') => Object.assign(document.createElement(tag), { textContent: text, className });
/** @param {string} text @param {string} [title] */
const say = (text, title = '') => text.replace('{provider}', title);

/** What to tell a person about a failure of which the service knows nothing. @param {Failure} failure */
function explain({ name, message }) {
  if (name === 'PopupClosedError') return /origin/.test(message) ? words.address : words.closed;
  return name === 'AuthConnectionError' ? words.connection : words.failed;
}

/** @param {Element} place @param {string} plain @param {string} [href] the way on in this window */
function showError(place, plain, href) {
  const error = Object.assign(make('div', '', 'error'), { role: 'alert' });
  place.append(error);
  // Said once it is there: so a screen reader hears of it.
  error.append(make('p', plain));
  if (href) error.append(Object.assign(make('a', words.continueHere), { href }));
}

function clearErrors() {
  for (const error of document.querySelectorAll('.error')) error.remove();
}

/** @param {Way} [way] @param {string} [text] */
function setBusy(way, text = '') {
  busy = way;
  status.textContent = text;
  for (const { link } of ways) {
    link.setAttribute('aria-busy', String(link === way?.link));
    link.setAttribute('aria-disabled', String(Boolean(way)));
  }
  if (way) status.append(' ', Object.assign(make('a', words.useThisWindow), { href: way.link.href }));
}

/** @param {Way} way */
async function signIn(way) {
  if (busy) return;
  clearErrors();
  setBusy(way, words.finish);
  lastUsed.write(way.id);
  try {
    await way.auth.getProfile({ instantPopup: true });
    leftOnPurpose.write();
    setBusy();
    await showAccount(way);
  } catch (cause) {
    const failure = /** @type {Failure} */ (cause);
    const { name, message, code, requestId: request = '' } = failure;
    if (name === 'PopupRejectedError') return location.assign(way.link.href);
    lastUsed.write();
    if (code) {
      // The service knows what to say of it: as after a redirect, this page is asked for anew.
      const query = new URLSearchParams(location.search);
      for (const [key, value] of Object.entries({ error: message, code, request, via: way.id })) query.set(key, value);
      return location.replace(`?${query}`);
    }
    setBusy();
    showError(way.item, explain(failure), name === 'PopupClosedError' ? way.link.href : undefined);
    way.link.focus();
  }
}

/** Shows who is signed in, without asking anyone. @param {Way} way @returns {Promise<boolean>} */
async function showAccount(way) {
  const profile = await way.auth.getProfile({ optional: true });
  if (!profile) return false;
  const identity = await way.auth.getBackstageIdentity({ optional: true });
  const ref = identity?.identity.userEntityRef ?? '';
  const name = profile.displayName || profile.email || ref || way.title;
  element('who').textContent = name;
  element('email').textContent = profile.email === name ? '' : (profile.email ?? '');
  element('via').textContent = way.title;
  showPicture(name, profile.picture);
  showIdentity(identity);
  document.title = `${name} · ${appTitle}`;
  if (current !== way) show(way);
  return true;
}

/** @param {Way} [way] undefined shows the providers */
function show(way) {
  current = way;
  clearErrors();
  element('signed-out').hidden = Boolean(way);
  element('signed-in').hidden = !way;
  if (!way) {
    clearInterval(clock);
    document.title = signInTitle;
  }
  element(way ? 'who' : 'sign-in').focus();
}

/** @param {string} name @param {string} [url] */
function showPicture(name, url) {
  const avatar = element('avatar');
  const initials = name.split(/[\s._@-]+/).filter(Boolean).slice(0, 2);
  avatar.textContent = initials.map(word => [...word][0]?.toUpperCase()).join('');
  if (!url || !URL.canParse(url) || new URL(url).protocol !== 'https:') return;
  const image = Object.assign(new Image(), { alt: '', referrerPolicy: 'no-referrer' });
  image.onload = () => avatar.replaceChildren(image);
  image.src = url;
}

/** @param {BackstageIdentity | undefined} identity */
function showIdentity(identity) {
  const { userEntityRef = '', ownershipEntityRefs = [] } = identity?.identity ?? {};
  const groups = ownershipEntityRefs.filter(ref => ref !== userEntityRef);
  element('entity').textContent = userEntityRef || words.noUser;
  element('groups').replaceChildren(...groups.map(ref => make('li', ref)));
  element('groups-row').hidden = groups.length === 0;
  clearInterval(clock);
  const expiresAt = identity?.expiresAt;
  element('expiry-row').hidden = !expiresAt;
  if (!expiresAt) return;
  showExpiry(expiresAt);
  clock = setInterval(() => void tick(expiresAt), 15_000);
}

/** @param {Date} expiresAt */
function showExpiry(expiresAt) {
  const minutes = Math.round((expiresAt.getTime() - Date.now()) / 60_000);
  const time = /** @type {HTMLTimeElement} */ (element('expires'));
  time.dateTime = expiresAt.toISOString();
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  const distance = Math.abs(minutes) < 90 ? relative.format(minutes, 'minute') : relative.format(Math.round(minutes / 60), 'hour');
  time.textContent = `${distance} · ${expiresAt.toLocaleTimeString(lang, { timeStyle: 'short' })}`;
}

/** Renews the token before it ends; when that is refused, says so. @param {Date} expiresAt */
async function tick(expiresAt) {
  showExpiry(expiresAt);
  const left = expiresAt.getTime() - Date.now();
  if (!current || left > RENEW_AHEAD_MS) return;
  if ((await showAccount(current)) || left > 0) return;
  show();
  status.textContent = words.ended;
}

async function signOut() {
  const way = current;
  if (!way || signOutButton.ariaDisabled === 'true') return;
  clearErrors();
  signOutButton.ariaDisabled = signOutButton.ariaBusy = 'true';
  lastUsed.write();
  leftOnPurpose.write('yes');
  try {
    await way.auth.signOut();
    show();
    status.textContent = words.signedOut;
  } catch {
    lastUsed.write(way.id);
    leftOnPurpose.write();
    showError(element('signed-in'), words.signOutFailed);
  } finally {
    signOutButton.ariaDisabled = signOutButton.ariaBusy = 'false';
  }
}

/** What a redirect brought back, taken out of the address bar so that a reload does not repeat it. A page of its own stays. */
function takeAnswer() {
  const url = new URL(location.href);
  const via = url.searchParams.get('via');
  const stays = page.dataset.state === 'unknown-user';
  for (const key of stays ? ['lang'] : ['lang', 'error', 'code', 'request', 'via']) url.searchParams.delete(key);
  if (url.href !== location.href) history.replaceState(history.state, '', url);
  return via;
}

async function start() {
  const failed = page.dataset.state !== 'ready';
  const mayGo = auto && !failed && !new URLSearchParams(location.search).has('no-auto');
  const via = takeAnswer();
  const back = ways.find(way => way.id === via);
  if (failed) {
    lastUsed.write();
    return (page.dataset.state === 'failed' && back ? back.link : element('sign-in')).focus();
  }
  if (back) {
    lastUsed.write(back.id);
    leftOnPurpose.write();
  }
  const [only] = ways;
  const last = ways.find(way => way.id === lastUsed.read()) ?? (mayGo ? only : undefined);
  if (last) {
    if (lastUsed.read() && ways.length > 1) last.link.append(make('span', words.lastUsed, 'tag'));
    const slow = setTimeout(() => (status.textContent = words.looking), 250);
    const there = await showAccount(last).catch(() => false);
    clearTimeout(slow);
    if (there || busy) return;
    status.textContent = '';
    if (back) return showError(back.item, words.blocked);
  }
  if (leftOnPurpose.read()) status.textContent = words.signedOut;
  else if (mayGo && only) {
    setBusy(only, say(words.going, only.title));
    location.replace(only.link.href);
  }
}

// Opened at another address than the service's own (127.0.0.1 for localhost), only the plain links can work.
if (new URL(authUrl, location.href).origin === location.origin) {
  for (const way of redirect ? [] : ways) {
    way.link.setAttribute('role', 'button');
    way.link.addEventListener('click', event => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      void signIn(way);
    });
    way.link.addEventListener('keydown', event => {
      if (event.key !== ' ') return;
      event.preventDefault();
      way.link.click();
    });
  }
  signOutButton.addEventListener('click', () => void signOut());
  // Coming back from a redirect by the back button finds this page frozen in its busy state.
  addEventListener('pageshow', event => event.persisted && busy && location.reload());
  void start();
}
