/**
 * The sign-in page: what happens on top of markup that already works as plain links.
 * Everything shown is written as text, never as HTML.
 * @module
 */
import { OAuth2 } from './stagedoor.js';

/** @typedef {{ id: string, title: string, item: HTMLElement, link: HTMLAnchorElement, error: HTMLElement, auth: OAuth2 }} Way */
/** @typedef {{ name?: string, message: string }} Failure */
/** @typedef {import('./stagedoor.js').BackstageIdentity} BackstageIdentity */

const LAST_USED = 'stagedoor.last-provider';
const RENEW_AHEAD_MS = 170_000;
const LONGEST_MESSAGE = 300;

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const page = element('page');
const signedOut = element('signed-out');
const signedIn = element('signed-in');
const status = element('status');
const signOutButton = /** @type {HTMLButtonElement} */ (element('sign-out'));
const { authUrl = '', appTitle = '' } = page.dataset;
const signInTitle = document.title;

/** @type {Way[]} */
const ways = [...document.querySelectorAll('[data-provider]')].map(node => {
  const item = /** @type {HTMLElement} */ (node);
  const { provider: id = '', title = id, environment } = item.dataset;
  const auth = OAuth2.create({
    discoveryApi: { getBaseUrl: async () => authUrl },
    provider: { id, title },
    environment,
    defaultScopes: ['openid', 'profile', 'email'],
  });
  const link = /** @type {HTMLAnchorElement} */ (item.querySelector('a'));
  return { id, title, item, link, error: /** @type {HTMLElement} */ (item.querySelector('[role=alert]')), auth };
});

/** @type {Way | undefined} */
let busy;
/** @type {Way | undefined} */
let current;
/** @type {ReturnType<typeof setInterval> | undefined} */
let clock;

/** The provider that last let someone in: only its id. Storage may be forbidden; then nothing is remembered. */
const memory = {
  read() {
    try {
      return localStorage.getItem(LAST_USED);
    } catch {
      return null;
    }
  },
  /** @param {string} [id] */
  write(id) {
    try {
      if (id) localStorage.setItem(LAST_USED, id);
      else localStorage.removeItem(LAST_USED);
    } catch {
      // The page works without it.
    }
  },
};

/** @param {string} tag @param {string} text @param {string} [className] */
function make(tag, text, className = '') {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

/** What to tell a person about a failure, and what they can do. @param {Failure} failure @param {string} title */
function explain({ name = '', message }, title) {
  if (name === 'PopupClosedError' && /origin/.test(message)) return 'This page is open at an address the service does not expect.';
  if (name === 'PopupClosedError') return 'The sign-in window was closed before you were done.';
  if (name === 'AuthConnectionError') return 'The sign-in service cannot be reached. Check your connection, then try again.';
  if (name === 'ServiceUnavailableError') return `${title} is not answering right now. Try again in a moment.`;
  if (/nonce|cookie|expired/i.test(message)) return 'That took too long, or cookies are blocked. Try again.';
  if (name === 'NotFoundError' || /resolve user identity/.test(message))
    return `You signed in, but ${appTitle} does not know this account. Ask an administrator to add you.`;
  if (name === 'NotAllowedError' || /denied|not allowed/i.test(message)) return 'This sign-in was not allowed.';
  return `Signing in with ${title} did not work. Try again.`;
}

/** @param {HTMLElement} place @param {Failure} failure @param {string} plain @param {string} [href] the way on in this window */
function showError(place, { name, message }, plain, href) {
  const short = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
  place.replaceChildren(make('p', plain), make('p', name && name !== 'Error' ? `${name}: ${short}` : short, 'detail'));
  if (href) place.append(Object.assign(make('a', 'Continue in this window'), { href }));
}

function clearErrors() {
  for (const place of document.querySelectorAll('[role=alert]')) place.replaceChildren();
}

/** @param {Way} [way] @param {string} [text] */
function setBusy(way, text = '') {
  busy = way;
  status.textContent = text;
  for (const { link } of ways) {
    link.setAttribute('aria-busy', String(link === way?.link));
    link.setAttribute('aria-disabled', String(Boolean(way)));
  }
  if (way) status.append(' ', Object.assign(make('a', 'Use this window instead'), { href: way.link.href }));
}

/** @param {Way} way */
async function signIn(way) {
  if (busy) return;
  clearErrors();
  setBusy(way, 'Finish in the window that opens.');
  memory.write(way.id);
  try {
    await way.auth.getProfile({ instantPopup: true });
    setBusy();
    await showAccount(way);
  } catch (cause) {
    const failure = /** @type {Error} */ (cause);
    if (failure.name === 'PopupRejectedError') return location.assign(way.link.href);
    memory.write();
    setBusy();
    const closed = failure.name === 'PopupClosedError';
    showError(way.error, failure, explain(failure, way.title), closed ? way.link.href : undefined);
    way.link.focus();
  }
}

/** Shows who is signed in, without asking anyone. @param {Way} way @returns {Promise<boolean>} */
async function showAccount(way) {
  const profile = await way.auth.getProfile({ optional: true });
  if (!profile) return false;
  const identity = await way.auth.getBackstageIdentity({ optional: true });
  const ref = identity?.identity.userEntityRef;
  const name = profile.displayName || profile.email || ref || 'someone';
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
  signedOut.hidden = Boolean(way);
  signedIn.hidden = !way;
  if (!way) {
    clearInterval(clock);
    document.title = signInTitle;
  }
  element(way ? 'who' : 'sign-in').focus();
}

/** @param {string} name @param {string} [url] */
function showPicture(name, url) {
  const avatar = element('avatar');
  const words = name.split(/[\s._@-]+/).filter(Boolean);
  avatar.textContent = words.slice(0, 2).map(word => [...word][0]?.toUpperCase()).join('');
  if (!url || !URL.canParse(url) || new URL(url).protocol !== 'https:') return;
  const image = Object.assign(new Image(), { alt: '', referrerPolicy: 'no-referrer' });
  image.onload = () => avatar.replaceChildren(image);
  image.src = url;
}

/** @param {BackstageIdentity | undefined} identity */
function showIdentity(identity) {
  const { userEntityRef = '', ownershipEntityRefs = [] } = identity?.identity ?? {};
  const groups = ownershipEntityRefs.filter(ref => ref !== userEntityRef);
  element('entity').textContent = userEntityRef || 'None: this provider only gives access to other services.';
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
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const distance = Math.abs(minutes) < 90 ? relative.format(minutes, 'minute') : relative.format(Math.round(minutes / 60), 'hour');
  time.textContent = `${distance}, at ${expiresAt.toLocaleTimeString(undefined, { timeStyle: 'short' })}`;
}

/** Renews the token before it ends; when that is refused, says so. @param {Date} expiresAt */
async function tick(expiresAt) {
  showExpiry(expiresAt);
  const left = expiresAt.getTime() - Date.now();
  if (!current || left > RENEW_AHEAD_MS) return;
  if ((await showAccount(current)) || left > 0) return;
  show();
  status.textContent = 'Your session has ended. Sign in again to go on.';
}

async function signOut() {
  const way = current;
  if (!way || signOutButton.ariaDisabled === 'true') return;
  const error = element('sign-out-error');
  error.replaceChildren();
  signOutButton.ariaDisabled = signOutButton.ariaBusy = 'true';
  memory.write();
  try {
    await way.auth.signOut();
    show();
    status.textContent = 'You are signed out.';
  } catch (cause) {
    memory.write(way.id);
    showError(error, /** @type {Error} */ (cause), 'You are still signed in: signing out did not work. Try again.');
  } finally {
    signOutButton.ariaDisabled = signOutButton.ariaBusy = 'false';
  }
}

/** What a redirect brought back: a failure, or the provider that let someone in. Taken out of the address bar so that a reload does not repeat it. */
function takeAnswer() {
  const url = new URL(location.href);
  const message = url.searchParams.get('error');
  const via = url.searchParams.get('via');
  url.searchParams.delete('error');
  url.searchParams.delete('via');
  if (url.href !== location.href) history.replaceState(history.state, '', url);
  return { via, message: message === '' ? 'No reason was given.' : (message ?? undefined) };
}

async function start() {
  const { via, message } = takeAnswer();
  if (ways.some(way => way.id === via)) memory.write(via ?? '');
  const last = ways.find(way => way.id === memory.read());
  if (message !== undefined) {
    memory.write();
    const place = last?.error ?? element('page-error');
    clearErrors();
    return showError(place, { message }, explain({ message }, last?.title ?? 'this provider'));
  }
  if (!last) return;
  last.item.classList.add('last-used');
  const slow = setTimeout(() => (status.textContent = 'Looking for your session…'), 250);
  await showAccount(last).catch(() => false);
  clearTimeout(slow);
  if (!busy) status.textContent = '';
}

// Opened at another address than the service's own (127.0.0.1 for localhost), only the plain links can work.
if (new URL(authUrl, location.href).origin === location.origin) {
  for (const way of ways) {
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
