/**
 * The window in which someone signs in.
 * @module
 */
import { named } from './named-error.js';

const POLL_MS = 100;

/**
 * Opens a sign-in window and waits for its answer. Only messages from that window and from the origin of `url` count.
 * @param {import('./stagedoor.js').OpenLoginPopupOptions} options
 * @returns {Promise<any>} rejects with `PopupRejectedError` (blocked), `PopupClosedError`, or the backend's error
 */
export function openLoginPopup({ url, name, width: wide, height: high }) {
  const width = wide || 500;
  const height = high || 700;
  const { origin } = new URL(url, window.location.href);
  const left = window.screen.width / 2 - width / 2;
  const top = window.screen.height / 2 - height / 2;
  const popup = window.open(
    url,
    name,
    `menubar=no,location=no,resizable=no,scrollbars=no,status=no,width=${width},height=${height},top=${top},left=${left}`,
  );
  if (!popup || popup.closed !== false) {
    return Promise.reject(named('PopupRejectedError', 'Failed to open auth popup.'));
  }
  return new Promise((resolve, reject) => {
    let expected = '';
    /** @param {MessageEvent} event */
    const onMessage = event => {
      if (event.source !== popup || event.origin !== origin) return;
      const { data } = event;
      if (data?.type === 'config_info') expected = String(data.targetOrigin);
      if (data?.type !== 'authorization_response') return;
      stop();
      if (data.error) reject(named(data.error.name ?? 'Error', data.error.message, { code: data.error.code, requestId: data.error.requestId }));
      else resolve(data.response);
    };
    const poll = setInterval(() => {
      if (!popup.closed) return;
      stop();
      const wrongOrigin = expected && expected !== window.location.origin;
      const reason = wrongOrigin ? `Incorrect app origin, expected ${expected}` : 'popup was closed';
      reject(named('PopupClosedError', `Login failed, ${reason}`));
    }, POLL_MS);
    const stop = () => {
      clearInterval(poll);
      window.removeEventListener('message', onMessage);
    };
    window.addEventListener('message', onMessage);
  });
}
