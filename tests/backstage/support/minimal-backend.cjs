// A minimal Backstage backend, as `yarn new` would leave it: the plugins named in BACKSTAGE_FEATURES (JSON; a path is a
// file of our own), configured by --config. It is its own process, for a Backstage belongs to itself.

const { createBackend } = require('@backstage/backend-defaults');

const backend = createBackend();
for (const feature of JSON.parse(process.env.BACKSTAGE_FEATURES)) {
  for (const plugin of [require(feature).default].flat()) backend.add(plugin);
}
backend.start();
