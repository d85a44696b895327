// What the identity provider remembers. In the test's own process, so that a test can look, and revoke.

import { isSecret } from './record.mjs';

const SECRETS = ['AccessToken', 'AuthorizationCode', 'RefreshToken'];

/** A storage adapter of `oidc-provider` over one map; `clients` answers client look-ups. */
export class IdpStore {
  records = new Map();
  clients = new Map();

  /** The adapter constructor `oidc-provider` asks for. */
  adapter() {
    const store = this;
    return class {
      constructor(model) {
        this.model = model;
      }

      key(id) {
        return `${this.model}:${id}`;
      }

      async upsert(id, payload, expiresIn) {
        if (SECRETS.includes(this.model)) isSecret(this.model, id);
        const expires = expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000;
        store.records.set(this.key(id), { model: this.model, payload, expires });
      }

      async find(id) {
        if (this.model === 'Client') return store.clients.get(id);
        return store.live(this.key(id))?.payload;
      }

      async findByUid(uid) {
        return store.of(this.model).find(({ payload }) => payload.uid === uid)?.payload;
      }

      async findByUserCode(userCode) {
        return store.of(this.model).find(({ payload }) => payload.userCode === userCode)?.payload;
      }

      async consume(id) {
        const record = store.live(this.key(id));
        if (record) record.payload.consumed = Math.floor(Date.now() / 1000);
      }

      async destroy(id) {
        store.records.delete(this.key(id));
      }

      async revokeByGrantId(grantId) {
        for (const [key, { model, payload }] of store.records) {
          if (model === this.model && payload.grantId === grantId) store.records.delete(key);
        }
      }
    };
  }

  live(key) {
    const record = this.records.get(key);
    return record && record.expires > Date.now() ? record : undefined;
  }

  /** Every live record of one model: `RefreshToken`, `AccessToken`, `Session`, … */
  of(model) {
    return [...this.records.values()].filter(record => record.model === model && record.expires > Date.now());
  }

  /** Forgets every record of one model, as an administrator would who revokes all of them. */
  forget(model) {
    for (const [key, record] of this.records) if (record.model === model) this.records.delete(key);
  }
}
