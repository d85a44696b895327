// An identity provider whose refresh tokens are as long as those that carry claims: 4,096 bytes do not hold them.

/**
 * From now on the provider's refresh tokens are `length` characters longer; with `issue: false` it issues its own again, and goes on
 * to take the long ones. Returns what ends it.
 */
export function lengthenRefreshTokens(idp, length, { issue = true } = {}) {
  const padding = `.${'x'.repeat(length - 1)}`;
  const strip = async (request, response, proceed) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    request.body = body.replace(encodeURIComponent(padding), '').replace(padding, '');
    if (issue) lengthen(response, padding);
    proceed();
  };
  for (const path of PATHS) idp.faults.set(path, strip);
  return () => PATHS.forEach(path => idp.faults.delete(path));
}

const PATHS = ['/token', '/token/revocation'];

function lengthen(response, padding) {
  const end = response.end.bind(response);
  response.end = body => {
    const answer = /"refresh_token"/.test(body) ? JSON.stringify({ ...JSON.parse(body), refresh_token: `${JSON.parse(body).refresh_token}${padding}` }) : body;
    if (answer !== undefined) response.setHeader('content-length', Buffer.byteLength(answer));
    return end(answer);
  };
}
