// Names, factories, a registry.

import { scenario } from './scenario.mjs';

scenario('an id of other letters is refused', {
  run: ({ page }) =>
    page.evaluate(() => {
      const tried = ['', 'a..b', '1a', 'a b', 'a-', 'auth.my-idp', 'A.b2'].map(id => [id, () => kit.createApiRef({ id })]);
      return Object.fromEntries(tried.map(([id, make]) => {
        try {
          return [id, String(make())];
        } catch (error) {
          return [id, error.message];
        }
      }));
    }),
  expect: {
    ...Object.fromEntries(['', 'a..b', '1a', 'a b', 'a-'].map(id => [id, `API id must contain period-separated components that each match the plugin ID format (letters, digits, and dashes, starting with a letter), got '${id}'`])),
    'auth.my-idp': 'apiRef{auth.my-idp}',
    'A.b2': 'apiRef{A.b2}',
  },
});

scenario('an API is built once, on first use, out of what it depends on', {
  run: ({ page }) =>
    page.evaluate(() => {
      const [a, b] = ['a', 'b'].map(id => kit.createApiRef({ id }));
      const registry = new kit.Registry();
      const built = [];
      registry.register('app', kit.createApiFactory({ api: a, deps: { dep: b }, factory: ({ dep }) => built.push('a') && { dep } }));
      registry.register('app', kit.createApiFactory({ api: b, deps: {}, factory: () => built.push('b') && { b: 1 } }));
      const before = [...built];
      const first = registry.get(a);
      return { before, first, same: first === registry.get(a), built, ids: registry.ids() };
    }),
  expect: { before: [], first: { dep: { b: 1 } }, same: true, built: ['b', 'a'], ids: ['apiRef{a}', 'apiRef{b}'] },
});

scenario('refs made in two steps, instances given as they are, and what nobody registered', {
  run: ({ page }) =>
    page.evaluate(() => {
      const a = kit.createApiRef().with({ id: 'a' });
      const registry = new kit.Registry();
      registry.register('default', kit.createApiFactory(a, 'instance'));
      return { ref: String(a), id: a.id, instance: registry.get(a), other: registry.get(kit.createApiRef({ id: 'other' })) };
    }),
  expect: { ref: 'apiRef{a}', id: 'a', instance: 'instance', other: null },
});

scenario('default gives way to app, and both to static', {
  run: ({ page }) =>
    page.evaluate(() => {
      const a = kit.createApiRef({ id: 'a' });
      const registry = new kit.Registry();
      const taken = ['app', 'default', 'app', 'static', 'static', 'app'].map((scope, n) => registry.register(scope, kit.createApiFactory(a, `${scope} ${n}`)));
      return { taken, instance: registry.get(a) };
    }),
  expect: { taken: [true, false, false, true, false, false], instance: 'static 3' },
});

scenario('what is in use is not replaced', {
  run: ({ page }) =>
    page.evaluate(() => {
      const a = kit.createApiRef({ id: 'a' });
      const registry = new kit.Registry();
      registry.register('default', kit.createApiFactory(a, 'first'));
      registry.get(a);
      const taken = registry.register('static', kit.createApiFactory(a, 'second'));
      return { instance: registry.get(a), taken };
    }),
  expect: { instance: 'first', taken: false },
  backstage: { why: 'Its registry does not know what its resolver has built, and says a factory was taken that will never be used.', sees: { taken: true } },
});

scenario('a missing dependency is named', {
  run: ({ page }) =>
    page.evaluate(() => {
      const [a, b, c] = ['a', 'b', 'c'].map(id => kit.createApiRef({ id }));
      const registry = new kit.Registry();
      registry.register('app', kit.createApiFactory({ api: a, deps: { b }, factory: () => 1 }));
      registry.register('app', kit.createApiFactory({ api: b, deps: { c }, factory: () => 1 }));
      try {
        return registry.get(a);
      } catch ({ name, message }) {
        const [link, chain = ''] = message.split(' (');
        return { name, link, chain };
      }
    }),
  expect: { name: 'Error', link: 'No API factory available for dependency apiRef{c} of dependent apiRef{b}', chain: 'apiRef{a} → apiRef{b} → apiRef{c})' },
  backstage: { why: 'It names the last link only; contract §13 wants the chain.', sees: { chain: '' } },
});

scenario('a cycle is refused when it is registered', {
  run: ({ page }) =>
    page.evaluate(() => {
      const [a, b, c] = ['a', 'b', 'c'].map(id => kit.createApiRef({ id }));
      const registry = new kit.Registry();
      const register = (api, deps) => {
        try {
          return registry.register('app', kit.createApiFactory({ api, deps, factory: () => 1 }));
        } catch ({ name, message }) {
          const [start, chain = ''] = message.split(/: /);
          return { name, start, chain };
        }
      };
      const first = [register(a, { b }), register(b, { c })];
      const { name, start, chain } = register(c, { a });
      return { first, name, start: start.replace(/\{.*\}/, '{…}'), named: start.slice(-9), chain };
    }),
  expect: { first: [true, true], name: 'Error', start: 'Circular dependency of api factory for apiRef{…}', named: 'apiRef{c}', chain: 'apiRef{c} → apiRef{a} → apiRef{b} → apiRef{c}' },
  backstage: { why: 'It checks all factories when an application starts, names the first that is in the circle, and not the circle.', sees: { named: 'apiRef{a}', chain: '' } },
});

scenario('a false or empty instance is one', {
  run: ({ page }) =>
    page.evaluate(() => {
      const [a, b] = ['a', 'b'].map(id => kit.createApiRef({ id }));
      const registry = new kit.Registry();
      let built = 0;
      registry.register('app', kit.createApiFactory({ api: a, deps: {}, factory: () => ((built += 1), 0) }));
      registry.register('app', kit.createApiFactory({ api: b, deps: { a }, factory: deps => deps }));
      const instances = [registry.get(a), registry.get(a)];
      return kit.outcome(Promise.resolve().then(() => registry.get(b))).then(dependent => ({ instances, built, dependent }));
    }),
  expect: { instances: [0, 0], built: 1, dependent: { value: { a: 0 } } },
  backstage: { why: 'It takes a false instance for none: builds it anew each time, and calls it missing.', sees: { built: 3, dependent: { error: 'Error: No API factory available for dependency apiRef{a} of dependent apiRef{b}' } } },
});
