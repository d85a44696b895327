// Two plugins that ask Backstage who is calling: `probe`, which also asks `echo` in the caller's name. They are written as
// any plugin is, and know nothing of who signed the caller in.

const { coreServices, createBackendPlugin } = require('@backstage/backend-plugin-api');
const express = require('express');

const plugin = pluginId => createBackendPlugin({
  pluginId,
  register: reg => reg.registerInit({
    deps: { auth: coreServices.auth, discovery: coreServices.discovery, httpAuth: coreServices.httpAuth, router: coreServices.httpRouter, userInfo: coreServices.userInfo },
    async init({ auth, discovery, httpAuth, router, userInfo }) {
      const routes = express.Router();
      routes.get('/who', async (request, response) => {
        const credentials = await httpAuth.credentials(request, { allow: ['user'], allowLimitedAccess: true });
        response.json({ principal: credentials.principal, ...(await userInfo.getUserInfo(credentials)) });
      });
      routes.get('/strict', async (request, response) => {
        response.json({ principal: (await httpAuth.credentials(request, { allow: ['user'] })).principal });
      });
      routes.get('/ask-echo', async (request, response) => {
        const onBehalfOf = await httpAuth.credentials(request, { allow: ['user'], allowLimitedAccess: true });
        const { token } = await auth.getPluginRequestToken({ onBehalfOf, targetPluginId: 'echo' });
        const answer = await fetch(`${await discovery.getBaseUrl('echo')}/who`, { headers: { authorization: `Bearer ${token}` } });
        response.status(answer.status).json(await answer.json());
      });
      router.use(routes);
      for (const path of ['/who', '/ask-echo']) router.addAuthPolicy({ path, allow: 'user-cookie' });
    },
  }),
});

exports.default = [plugin('probe'), plugin('echo')];
