import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { ApiRegistry, createApiFactory, createApiRef } from '../stagedoor.js';

describe('ApiRegistry', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(id => createApiRef({ id }));

  test('builds once, on first use, with its dependencies', () => {
    const registry = new ApiRegistry();
    const factory = mock.fn(({ dep }) => ({ dep }));
    registry.register('default', createApiFactory({ api: a, deps: { dep: b }, factory }));
    registry.register('default', createApiFactory(b, 'B'));
    assert.equal(factory.mock.callCount(), 0);
    assert.deepEqual(registry.get(a), { dep: 'B' });
    assert.equal(registry.get(a), registry.get(a));
    assert.equal(factory.mock.callCount(), 1);
  });

  test('keeps falsy instances and knows nothing of unregistered ones', () => {
    const registry = new ApiRegistry();
    const factory = mock.fn(() => 0);
    registry.register('app', createApiFactory({ api: a, deps: {}, factory }));
    assert.equal(registry.get(a), 0);
    assert.equal(registry.get(a), 0);
    assert.equal(factory.mock.callCount(), 1);
    assert.equal(registry.get(b), undefined);
  });

  test('a stronger scope replaces, an equal or weaker one does not', () => {
    const registry = new ApiRegistry();
    assert.equal(registry.register('app', createApiFactory(a, 'app')), true);
    assert.equal(registry.register('default', createApiFactory(a, 'default')), false);
    assert.equal(registry.register('app', createApiFactory(a, 'again')), false);
    assert.equal(registry.register('static', createApiFactory(a, 'static')), true);
    assert.equal(registry.get(a), 'static');
  });

  test('an API in use is not replaced', () => {
    const registry = new ApiRegistry();
    registry.register('default', createApiFactory(a, 1));
    registry.get(a);
    assert.equal(registry.register('static', createApiFactory(a, 2)), false);
    assert.equal(registry.get(a), 1);
  });

  test('a missing dependency is named with the chain that leads to it', () => {
    const registry = new ApiRegistry();
    registry.register('default', createApiFactory({ api: a, deps: { b }, factory: () => 1 }));
    registry.register('default', createApiFactory({ api: b, deps: { c }, factory: () => 1 }));
    assert.throws(() => registry.get(a), {
      message:
        'No API factory available for dependency apiRef{c} of dependent apiRef{b} (apiRef{a} → apiRef{b} → apiRef{c})',
    });
  });

  test('a cycle is refused at registration and leaves the registry as it was', () => {
    const registry = new ApiRegistry();
    registry.register('default', createApiFactory({ api: a, deps: { b }, factory: () => 1 }));
    registry.register('default', createApiFactory({ api: b, deps: { c }, factory: () => 1 }));
    assert.throws(() => registry.register('default', createApiFactory({ api: c, deps: { a }, factory: () => 1 })), {
      message: /^Circular dependency of api factory for apiRef\{c\}: apiRef\{c\} → apiRef\{a\} → apiRef\{b\} → apiRef\{c\}$/,
    });
    assert.throws(() => registry.register('app', createApiFactory({ api: c, deps: { c }, factory: () => 1 })), /Circular/);
    registry.register('default', createApiFactory(c, 'C'));
    assert.equal(registry.get(a), 1);
  });

  test('ids are words, and refs print as Backstage prints them', () => {
    assert.equal(`${createApiRef({ id: 'core.auth.my-idp' })}`, 'apiRef{core.auth.my-idp}');
    for (const id of ['', 'a..b', '1a', 'a b', 'a-']) assert.throws(() => createApiRef({ id }));
  });
});
