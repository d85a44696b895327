// Every way in which Stagedoor answers otherwise than Backstage, on purpose, and why. The comparison fails for a difference
// that is not here, and for one that is here and occurs no more. How an entry is read: support/compare.mjs.
//
// Longer than 400 lines: it is one list, which people look through from end to end before they move here.

import { ANY, NOTHING } from './support/compare.mjs';

const APP = 'http://localhost:3000';
const NOT_ACCEPTED = "The identity provider's answer was not accepted";
const UNREACHABLE = "The identity provider can't be reached at the moment, please try again";
/** A cookie of the provider `oidc` that lives `age` seconds. */
const cookie = (value, age) => `${value}; HttpOnly; Max-Age=${age}; Path=/api/auth/oidc; SameSite=Lax`;
const PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const FRAME_POLICY = "default-src 'none'; script-src 'sha256-HASH'; base-uri 'none'; style-src 'self'";
/** What Backstage sends with everything but the page that ends a popup. */
const THEIR_POLICY = /^default-src 'self';.*script-src 'self' 'unsafe-eval';/;
const KEPT = 86_400_000;
const UNRESOLVED = 'Failed to sign-in, unable to resolve user identity. Please verify that your catalog contains the expected User entities that would match your configured sign-in resolver.';
/** What the provider says to a refresh that it refuses. */
const refusals = ['invalid_grant (grant request is invalid)', 'invalid_request (requested grant type is not allowed for this client)'];

const headers = [
  {
    name: 'a resource policy',
    reason: 'No page of another site may embed our answers. Backstage turns this header off for its TechDocs.',
    facts: [['header cross-origin-resource-policy', NOTHING, 'same-site']],
  },
  {
    name: 'answers are not stored',
    reason: 'Sessions and tokens must not stay in a cache. The keys may, and are asked for again.',
    facts: [['header cache-control', NOTHING, 'no-store'], ['header cache-control', NOTHING, 'public, max-age=0, must-revalidate']],
  },
  {
    name: 'no answer is framed',
    reason: 'Only the web-message page has business in a frame; Backstage lets its own origin frame everything.',
    facts: [['header x-frame-options', 'sameorigin', 'deny']],
  },
  {
    name: 'a policy that allows what our pages need',
    reason: 'They are few, and ours. The page that ends a popup may run its one script, and nothing else.',
    facts: [
      ['header content-security-policy', THEIR_POLICY, PAGE_POLICY],
      ['header content-security-policy', "script-src 'sha256-HASH'", FRAME_POLICY],
      ['header permissions-policy', NOTHING, 'camera=(), geolocation=(), microphone=()'],
    ],
  },
  {
    name: 'encrypted ever after, where it is encrypted',
    reason: 'RFC 6797 section 7.2: Strict-Transport-Security is for HTTPS, and here it is HTTP. Where backend.baseUrl is https ours is sent, for our own host alone.',
    facts: [['header strict-transport-security', 'max-age=15552000; includeSubDomains', NOTHING]],
  },
  {
    name: 'no headers for browsers of the past',
    reason: 'Internet Explorer, Flash, and a filter that is switched off.',
    facts: [
      ['header x-dns-prefetch-control', 'off', NOTHING], ['header x-download-options', 'noopen', NOTHING],
      ['header x-permitted-cross-domain-policies', 'none', NOTHING], ['header x-xss-protection', '0', NOTHING],
    ],
  },
  {
    name: 'no entity tag on what is not stored',
    reason: 'Nobody could ask again with one. The keys have theirs.',
    facts: [['header etag', 'random', NOTHING]],
  },
  {
    name: 'every answer has a request id',
    reason: 'With it an operator finds the lines of the log.',
    facts: [['header x-request-id', NOTHING, 'random']],
  },
  {
    name: 'answers vary by origin, always',
    reason: 'A shared cache must not give one origin what another was told; Backstage says so only where the origin matched.',
    facts: [['header vary', ANY, 'access-control-request-headers origin'], ['header vary', '', NOTHING]],
  },
  {
    name: 'CORS headers without an allowed origin',
    reason: 'They mean nothing without Access-Control-Allow-Origin, which is sent to the same origins by both.',
    facts: [
      ['header access-control-allow-credentials', NOTHING, 'true'],
      ['header access-control-allow-methods', NOTHING, 'GET,HEAD,PATCH,POST,PUT,DELETE'],
      ['header access-control-allow-headers', NOTHING, 'x-requested-with'],
    ],
  },
  {
    name: 'a preflight is answered 200, by one rule for every path',
    reason: 'Any 2xx will do for a browser. Without an allowed origin Backstage falls through to the methods of the route.',
    facts: [
      ['status', 204, 200],
      ['header allow', NOTHING, /^(GET,HEAD,)?POST$/],
      ['header content-type', 'text/html', NOTHING],
      ['body', 'GET,HEAD,POST', ''],
    ],
    in: ['cors: preflight of a refresh', 'cors: preflight of a logout', 'cors: preflight with several headers', 'cors: preflight of a method that is not listed', 'cors: preflight from the app in capitals', 'cors: preflight that names no method', 'cors: preflight of a path that is not there', 'cors: preflight from a foreign origin', 'cors: preflight from a preview', 'cors: preflight without an origin'],
  },
  {
    name: 'a redirect has no body',
    reason: 'Express writes "Found. Redirecting to" into it, for browsers of before 1996.',
    facts: [['body', /^Found. Redirecting to http/, ''], ['header content-type', 'text/plain', NOTHING]],
  },
];

const errors = [
  {
    name: 'an error has a code and a request id',
    reason: 'A program tells errors apart without reading sentences, and an operator finds the line in the log.',
    facts: [['body.error.code', NOTHING, /^[a-z_]+$/], ['frame.error.code', NOTHING, /^[a-z_]+$/], ['body.error.requestId', NOTHING, 'random requestId'], ['frame.error.requestId', NOTHING, 'random requestId']],
  },
  {
    name: 'an error of the provider has a name',
    reason: "Backstage calls it Error. Ours says whether the provider refused or was not there.",
    facts: [
      ['frame.error.name', 'Error', 'AuthenticationError'],
      ['frame.error.name', 'Error', 'ServiceUnavailableError'],
      ['body.error.cause.name', 'OPError', 'AuthenticationError'],
      ['body.error.cause.name', 'OPError', 'ServiceUnavailableError'],
    ],
  },
  {
    name: 'a refused refresh is told as a refused sign-in is',
    reason: 'The same refusal, the same sentence. Backstage names a class of its library in it.',
    facts: refusals.flatMap(said => [
      ['body.error.message', `Refresh failed; caused by OPError: ${said}`, `Refresh failed; caused by AuthenticationError: Authentication failed, ${said}`],
      ['body.error.cause.message', said, `Authentication failed, ${said}`],
    ]),
    in: ['refresh: a refresh token that may not be used', 'refresh: the provider has revoked the token', 'refresh: a session of nobody', 'refresh: a session of nobody in chunks'],
  },
  {
    name: 'a cause is a name and a message',
    reason: "As every error here. Backstage also hands out what its library keeps in one, which its message says already.",
    facts: [
      ['body.error.cause.error', 'invalid_grant', NOTHING], ['body.error.cause.error_description', 'grant request is invalid', NOTHING],
      ['body.error.cause.error', 'invalid_request', NOTHING], ['body.error.cause.error_description', 'requested grant type is not allowed for this client', NOTHING],
      ['body.error.cause.error', 'temporarily_unavailable', NOTHING],
    ],
    in: ['refresh: a refresh token that may not be used', 'refresh: the provider has revoked the token', 'refresh: a session of nobody', 'refresh: a session of nobody in chunks', 'refresh: the token endpoint is down', 'refresh: the userinfo endpoint is down'],
  },
  {
    name: 'a provider out of order is not quoted',
    reason: 'What it said is in the log; the person is told whether to try again. What the provider says to the person is passed on.',
    facts: [
      ['frame.error.message', 'Authentication rejected, code missing from response', NOT_ACCEPTED],
      ['frame.error.message', /^Authentication rejected, iss mismatch, expected http:\/\/127\.0\.0\.1:\d+, got: https:\/\/evil\.example\.com$/, NOT_ACCEPTED],
      ['frame.error.message', 'Authentication rejected, iss missing from the response', NOT_ACCEPTED],
      ['frame.error.message', 'Authentication rejected, temporarily_unavailable', UNREACHABLE],
      ['body.error.message', 'Refresh failed; caused by OPError: temporarily_unavailable', `Refresh failed; caused by ServiceUnavailableError: ${UNREACHABLE}`],
      ['body.error.cause.message', 'temporarily_unavailable', UNREACHABLE],
    ],
    in: ['callback: no code', 'callback: another issuer', 'callback: no issuer', 'callback: the token endpoint is down', 'callback: the userinfo endpoint is down', 'refresh: the token endpoint is down', 'refresh: the userinfo endpoint is down'],
  },
  {
    name: 'an error in the answer is one, even beside a code',
    reason: 'RFC 6749 section 4.1.2.1: an answer is either. Backstage quotes it with other words.',
    facts: [['frame.error.message', 'Authentication failed, server_error (it broke)', 'Authentication rejected, server_error (it broke)']],
    in: ['callback: error beside a code'],
  },
  {
    name: 'one sentence for every token that is not valid',
    reason: 'Which check it failed is for the log.',
    facts: [['body.error.message', /^(Failed user token verification|Illegal token)$/, 'Invalid token']],
    in: ['userinfo: a broken signature', 'userinfo: words'],
  },
  {
    name: 'a method that a route does not have is 405',
    reason: 'With Allow. To Backstage the whole route is unknown then, and so is the provider.',
    facts: [
      ['status', 404, 405], ['body.response.statusCode', 404, 405], ['header allow', NOTHING, /^(GET,HEAD|GET,HEAD,POST|POST)$/],
      ['body.error.name', 'NotFoundError', 'NotAllowedError'], ['body.error.message', /^Unknown auth provider '(oidc|v1|.well-known)'$/, 'Method Not Allowed'],
    ],
    in: ['start: POST', 'start: DELETE', 'callback: PUT', 'refresh: PUT', 'logout: GET', 'keys: POST', 'userinfo: POST'],
  },
  {
    name: 'nor do the root and health take POST',
    reason: 'As above; Backstage has nothing for them.',
    facts: [['status', 404, 405], ['header allow', NOTHING, 'GET,HEAD']],
    in: ['routes: POST the root', 'health: POST'],
  },
  {
    name: 'without CORS, OPTIONS is no method',
    reason: 'Express answers it with the methods of the route.',
    facts: [
      ['status', 200, 405], ['header content-type', 'text/html', 'application/json'], ['body', 'GET,HEAD,POST', NOTHING],
      ['body.error.name', NOTHING, 'NotAllowedError'], ['body.error.message', NOTHING, 'Method Not Allowed'],
      ['body.request.method', NOTHING, 'OPTIONS'], ['body.request.url', NOTHING, '/oidc/refresh'], ['body.response.statusCode', NOTHING, 405],
    ],
    in: ['no cors: a preflight'],
  },
];

const cookies = [
  {
    name: 'a cookie for each flow',
    reason: 'With one nonce cookie a provider, a second tab breaks the first. It is on the path of the provider, where /start can see and bound them, and is gone once the callback is answered.',
    facts: [
      ['cookie oidc-nonce', /^a secret of the flow; .*Max-Age=600; Path=.*\/oidc\/handler;/, NOTHING],
      ['cookie oidc-nonce Expires', true, NOTHING],
      ['cookie oidc-nonce.FLOW', NOTHING, /^a secret of the flow; HttpOnly; Max-Age=600; Path=\/(api\/auth|login)\/oidc; SameSite=(Lax|None; Secure)$/],
      ['cookie oidc-nonce.FLOW', NOTHING, /^removed; HttpOnly; Max-Age=0; Path=\/(api\/auth|login)\/oidc; SameSite=(Lax|None; Secure)$/],
      ['cookie oidc-nonce.FLOW Expires', NOTHING, false], ['cookie oidc-nonce.FLOW Expires', NOTHING, true],
    ],
  },
  {
    name: 'cookies with a Domain are not removed',
    reason: 'Backstage set such until 2022, and still removes them whenever it sets one. They are long gone.',
    facts: [[/^cookie oidc-.* Domain=/, ANY, NOTHING]],
  },
  {
    name: 'no express-session',
    reason: 'Backstage keeps PKCE verifier and nonce in a server-side session, one for each host of a provider; ours travel sealed in the cookie of the flow.',
    facts: [[/^cookie connect.sid/, ANY, NOTHING]],
  },
  {
    name: 'Max-Age without Expires',
    reason: 'Every browser knows Max-Age, and it wins.',
    facts: [[/^cookie oidc-(refresh-token|granted-scope) Expires$/, true, false]],
  },
  {
    name: 'the refresh token stays with us',
    reason: 'The browser holds an opaque session id; the tokens are encrypted at rest.',
    facts: [['cookie oidc-refresh-token', /^the provider's refresh token; /, /^opaque; /]],
  },
  {
    name: 'a session for each environment',
    reason: 'With cookies named for it, but in that of auth.environment: Backstage has one name for all, so that signing in at one signs out at the other.',
    facts: [['cookies of the environment', NOTHING, 'its own']],
  },
  {
    name: 'a logout is one of its environment',
    reason: 'As above: the session in another goes on.',
    facts: [[/^cookie oidc-(refresh-token|granted-scope)( Expires)?$/, ANY, NOTHING]],
    in: ['logout: with another env of the same provider'],
  },
  {
    name: 'a session id needs no second cookie',
    reason: 'However long the refresh token is.',
    facts: [[/^cookie oidc-refresh-token-[012]( Expires)?$/, ANY, NOTHING], ['cookie oidc-refresh-token', NOTHING, cookie('opaque', KEPT)], ['cookie oidc-refresh-token Expires', NOTHING, false]],
    in: ['callback: a refresh token of 9,000 characters', 'refresh: a refresh token of 9,000 characters'],
  },
  {
    name: 'one cookie is removed where there is one',
    reason: 'As above.',
    facts: [[/^cookie oidc-refresh-token-[012]( Expires)?$/, ANY, NOTHING], ['cookie oidc-refresh-token', NOTHING, cookie('removed', 0)], ['cookie oidc-refresh-token Expires', NOTHING, true]],
    in: ['logout: a refresh token of 9,000 characters'],
  },
  {
    name: 'a refused refresh changes no cookie',
    reason: 'Backstage hands out the rotated refresh token and the scopes before it asks the resolver; ours are kept with the session.',
    facts: [[/^cookie oidc-(refresh-token|granted-scope)( Expires)?$/, ANY, NOTHING]],
    in: ['refresh: out of the catalog since'],
  },
  {
    name: 'a refused sign-in is remembered for ten minutes',
    reason: "By a cookie on the provider's path that says nothing else: so the next one can ask for another account.",
    facts: [['cookie oidc-refused', NOTHING, cookie('1', 600)], ['cookie oidc-refused Expires', NOTHING, false]],
    in: ['callback: nobody in the catalog', 'callback: two in the catalog', 'callback: no address', 'callback: an unverified address', 'callback: an address of unknown standing', 'callback: by name, nobody', 'callback: by name, a wrong domain', 'callback: by name, no address', 'callback: no resolver of several', 'callback: redirect flow, nobody in the catalog', 'callback: redirect flow, failed for a preview'],
  },
];

const requests = [
  {
    name: 'a parameter is given once',
    reason: 'RFC 6749 section 3.1. Backstage joins them with a comma, or takes the first.',
    like: 'start: no env',
    whole: [
      { status: 302, 'location scope': 'calendar photos openid profile email' },
      { 'body.error.message': "Parameter 'scope' was given more than once", 'body.error.code': 'duplicate_parameter', 'body.request.url': '/oidc/start?env=development&scope=calendar&scope=photos' },
    ],
    in: ['start: scope twice'],
  },
  {
    name: 'a parameter is given once, to a refresh too',
    reason: 'As above.',
    facts: [
      ['status', 401, 400], ['body.response.statusCode', 401, 400], ['body.error.name', 'AuthenticationError', 'InputError'],
      ['body.error.message', 'Refresh failed; caused by InputError: Missing session cookie', "Parameter 'scope' was given more than once"],
      ['body.error.cause.name', 'InputError', NOTHING], ['body.error.cause.message', 'Missing session cookie', NOTHING],
    ],
    in: ['refresh: scope twice'],
  },
  {
    name: 'scopes are 2,000 characters at most',
    reason: 'They travel in cookies and addresses, which browsers and providers bound. Backstage passes any on.',
    like: 'start: no env',
    whole: [
      { status: 302, 'location scope': /^x{3000} openid profile email$/ },
      { 'body.error.message': 'The requested scope is too long, at most 2000 characters are allowed', 'body.error.code': 'scope_too_long', 'body.request.url': /^\/oidc\/start\?env=development&scope=x{3000}&/ },
    ],
    in: ['start: scopes of 3,000 characters'],
  },
  {
    name: 'a body that means nothing is not read',
    reason: 'Backstage reads every JSON, refuses what is none, and quotes it.',
    like: 'logout: no session',
    whole: [{ status: 400, 'body.error.name': 'SyntaxError', 'body.error.body': '{' }, {}],
    in: ['logout: a broken body'],
  },
  {
    name: 'env is one word',
    reason: 'As above: 400, where Backstage looks for an environment of that name.',
    facts: [
      ['status', 404, 400], ['body.response.statusCode', 404, 400], ['body.error.name', 'NotFoundError', 'InputError'],
      ['body.error.message', "No configuration available for the 'development,login' environment of this provider.", "Parameter 'env' was given more than once"],
      ['body.error.message', "No configuration available for the '[object Object]' environment of this provider.", "Must specify 'env' query to select environment"],
    ],
    in: ['start: env twice', 'start: env as an object'],
  },
  {
    name: 'HEAD is a GET without a body',
    reason: 'Backstage fails: passport wants a GET.',
    like: 'start: with nothing but env',
    whole: [{ status: 500 }, {}],
    in: ['start: HEAD'],
  },
  {
    name: 'a path is spelled one way',
    reason: 'Express knows no difference between letters, and drops a slash at the end. Nothing of Backstage writes them so.',
    facts: [
      ['status', 401, 404], ['body.response.statusCode', 401, 404], ['body.error.name', 'AuthenticationError', 'NotFoundError'], ['body.error.message', "No configuration available for the 'nowhere' environment of this provider.", /^Unknown auth provider '(oidc|OIDC)'$/],
      ['body.error.message', 'Refresh failed; caused by InputError: Missing session cookie', "Unknown auth provider 'oidc'"],
      ['body.error.cause.name', 'InputError', NOTHING], ['body.error.cause.message', 'Missing session cookie', NOTHING],
    ],
    in: ['start: with a trailing slash', 'start: in capitals', 'refresh: with a trailing slash', 'routes: a doubled slash'],
  },
  {
    name: 'a percent is read, or left alone where it cannot be',
    reason: 'RFC 3986 section 6.2.2.2: %6f is o. An unreadable one is a provider nobody knows.',
    facts: [
      ['body.error.message', "Unknown auth provider 'oidc'", "No configuration available for the 'nowhere' environment of this provider."],
      ['status', 400, 404], ['body.response.statusCode', 400, 404], ['body.error.statusCode', 400, NOTHING], ['body.error.status', 400, NOTHING],
      ['body.error.name', 'URIError', 'NotFoundError'], ['body.error.message', "Failed to decode param '%zz'", "Unknown auth provider '%zz'"],
    ],
    in: ['routes: a provider with a percent', 'routes: a broken percent'],
  },
];

const flows = [
  {
    name: 'state is opaque',
    reason: 'It is sealed: nobody can change it, or read nonce and scope off a log.',
    facts: [['location state', /^hex of /, 'opaque']],
  },
  {
    name: 'env is what state says',
    reason: 'A parameter beside it is not trusted on the way back.',
    like: 'callback: a sign-in',
    whole: [{ status: 404, 'body.error.message': "No configuration available for the 'nowhere' environment of this provider." }, {}],
    in: ['callback: unknown env beside state'],
  },
  {
    name: 'env does not stand in for state',
    reason: 'As above.',
    like: 'callback: no state',
    whole: [{ status: 200, 'frame.error.message': 'OAuth state is invalid, missing env' }, { status: 400, 'body.request.url': /^\/oidc\/handler\/frame\?(.*&)?env=development$/ }],
    in: ['callback: no state but env', 'callback: only env'],
  },
  {
    name: 'a state that is not ours tells nothing',
    reason: 'Not even which part of it is wrong, which environment it is for, or where an answer should go: the popup tells the app, which waits for it. Backstage leaves JSON in the popup, or tells an origin that is not the app’s.',
    facts: [
      ['status', /^(302|400|403|404)$/, 200],
      ['header content-type', 'application/json', 'text/html'], ['header content-type', 'text/plain', 'text/html'], ['header content-security-policy', THEIR_POLICY, FRAME_POLICY],
      ['location', `${APP}/`, NOTHING], ['location error', 'Redirect URL is not an allowed origin', NOTHING], ['body', /^Found. Redirecting to /, NOTHING],
      [/^body\.(error|request|response)\.\w+$/, ANY, NOTHING],
      ['frame origin', NOTHING, APP], ['frame origin', 'https://evil.example.com', APP],
      ['frame.error.name', NOTHING, 'NotAllowedError'],
      ['frame.error.message', NOTHING, 'OAuth state is invalid'],
      ['frame.error.message', 'Invalid nonce', 'OAuth state is invalid'],
      ['frame.error.message', "Origin 'https://evil.example.com' is not allowed", 'OAuth state is invalid'],
    ],
    in: ['callback: empty state', 'callback: state of words', 'callback: state of words beside an error', 'callback: state twice', 'callback: state without env', 'callback: state without nonce', 'callback: state of an unknown env', 'callback: state made up', 'callback: state made up, foreign origin', 'callback: state made up, foreign redirectUrl'],
  },
  {
    name: 'two tabs can sign in at once',
    reason: 'Backstage issues "Invalid nonce" to the one that began first.',
    like: 'callback: a sign-in',
    whole: [{ status: 200, 'frame.error.message': 'Invalid nonce' }, {}],
    in: ['callback: a second tab began later'],
  },
  {
    name: 'a callback comes once',
    reason: 'Both refuse the second; Backstage tells of its own insides.',
    facts: [['frame.error.name', 'Error', 'NotAllowedError'], ['frame.error.message', /^Authentication failed, did not find expected authorization request details in session/, 'Auth response is missing cookie nonce']],
    in: ['callback: twice'],
  },
  {
    name: 'response_mode=form_post works',
    reason: 'Backstage looks for state in the query alone. Ours comes as a post from another site, without cookies, and is posted again from our own.',
    like: 'callback: a sign-in',
    whole: [{ status: 400, 'body.error.message': "Must specify 'env' query to select environment" }, { 'cookies of the environment': 'its own' }],
    in: ['callback: form_post'],
  },
  {
    name: 'any post is posted again',
    reason: 'As above; the second one is refused.',
    facts: [
      ['status', 400, 200], ['header content-type', 'application/json', 'text/html'], ['body', NOTHING, /^<!doctype html>[^]*<title>Signing in/],
      ['header content-security-policy', THEIR_POLICY, `${FRAME_POLICY}; form-action 'self'`],
      ['body.error.name', 'InputError', NOTHING], ['body.error.message', "Must specify 'env' query to select environment", NOTHING],
      ['body.request.method', 'POST', NOTHING], ['body.request.url', '/oidc/handler/frame', NOTHING], ['body.response.statusCode', 400, NOTHING],
    ],
    in: ['callback: POST of nothing'],
  },
  {
    name: 'a session without a refresh token',
    reason: 'It lives until its tokens end; with Backstage every reload is a new sign-in.',
    facts: [
      ['cookie oidc-refresh-token', NOTHING, cookie('opaque', KEPT)], ['cookie oidc-refresh-token Expires', NOTHING, false],
      ['cookie oidc-refresh-token', NOTHING, cookie('removed', 0)], ['cookie oidc-refresh-token Expires', NOTHING, true],
    ],
    in: ['callback: without a refresh token', 'logout: no refresh token was issued'],
  },
  {
    name: 'such a session can be read again',
    reason: 'As above.',
    like: 'refresh: as the frontend does',
    whole: [{ status: 401, 'body.error.message': 'Refresh failed; caused by InputError: Missing session cookie' }, {}],
    in: ['refresh: no refresh token was issued'],
  },
  {
    name: 'who was refused chooses an account',
    reason: 'Or the provider sends the one back that it has signed in, and that was refused.',
    facts: [['location prompt', NOTHING, 'select_account'], ['location prompt', 'none', 'select_account'], ['location prompt', 'login', 'login select_account']],
    in: ['start: after a refusal', 'start: after a refusal, prompt by default', 'start: after a refusal, prompt login'],
  },
  {
    name: 'who was refused can be someone else',
    reason: 'As above. A sign-in that succeeds ends it.',
    like: 'callback: a sign-in',
    whole: [
      { status: 200, 'frame.error.name': 'Error', 'frame.error.message': UNRESOLVED },
      { 'cookie oidc-refused': cookie('removed', 0), 'cookie oidc-refused Expires': true },
    ],
    in: ['callback: as someone else after a refusal'],
  },
  {
    name: 'a refresh claims no scope that was not granted',
    reason: 'RFC 6749 section 6: it can not widen a grant. Backstage claims what it is asked for, or what the cookie says, so the frontend never asks the person.',
    facts: [
      ['body.providerInfo.scope', 'openid photos profile email', 'openid profile email'],
      ['cookie oidc-granted-scope', cookie('openid photos profile email', KEPT), cookie('openid profile email', KEPT)],
    ],
    in: ['refresh: a scope that was not granted', 'refresh: granted scopes made up'],
  },
  {
    name: 'the scopes of a session come before those asked for',
    reason: 'Their order means nothing (RFC 6749 section 3.3). Backstage names the asked ones first.',
    facts: [
      ['body.providerInfo.scope', 'openid calendar profile email', 'calendar openid profile email'],
      ['cookie oidc-granted-scope', cookie('openid calendar profile email', KEPT), cookie('calendar openid profile email', KEPT)],
    ],
    in: ['refresh: fewer scopes than granted'],
  },
  {
    name: 'a logout is one, whatever the provider does',
    reason: 'Whoever signs out here is signed out here. Backstage fails, and leaves the session in the browser.',
    like: 'logout: as the frontend does',
    whole: [{ status: 500, 'body.error.name': 'OPError' }, {}],
    in: ['logout: the provider is down'],
  },
];

const routes = [
  {
    name: 'a page at the root',
    reason: 'The sign-in page. A Backstage backend alone has nothing there.',
    facts: [['status', 404, 200], ['body', '', /^<!doctype html>/], ['header content-type', NOTHING, 'text/html']],
    in: ['routes: the root'],
  },
  {
    name: 'the provider can end sessions',
    reason: 'OpenID Connect Back-Channel Logout and Front-Channel Logout 1.0. To Backstage the routes are unknown, and so is the provider.',
    facts: [
      ['status', 404, 400],
      ['body.error', NOTHING, 'invalid_request'], ['body.error_description', NOTHING, 'The logout token was not accepted'],
      ['body.error.name', 'NotFoundError', NOTHING], ['body.error.message', "Unknown auth provider 'oidc'", NOTHING],
      ['body.request.method', 'POST', NOTHING], ['body.request.url', '/oidc/backchannel-logout', NOTHING], ['body.response.statusCode', 404, NOTHING],
      ['body.error.name', 'NotFoundError', 'InputError'], ['body.error.message', "Unknown auth provider 'oidc'", 'The request does not name the provider and a session of it (iss, sid)'],
      ['body.response.statusCode', 404, 400],
    ],
    in: ['routes: back-channel logout', 'routes: front-channel logout'],
  },
  {
    name: 'what is not there says so to people',
    reason: 'In a page, which leads on to the sign-in.',
    facts: [['header content-type', NOTHING, 'text/html'], ['body', '', /^<!doctype html>/]],
    in: ['routes: nothing there, for a person'],
  },
  {
    name: 'what is not there says so in JSON',
    reason: 'Backstage has an empty answer above its plugins, and one of another form for a client of its own.',
    facts: [
      ['header content-type', NOTHING, 'application/json'], ['body', '', NOTHING],
      ['body.error', 'not_found', NOTHING], ['body.error_description', 'Client ID metadata documents not enabled', NOTHING],
      ['body.error.name', NOTHING, 'NotFoundError'], ['body.error.message', NOTHING, "Unknown auth provider ''"], ['body.error.message', NOTHING, "Unknown auth provider '.well-known'"],
      ['body.request.method', NOTHING, 'GET'], ['body.request.url', NOTHING, '/'], ['body.request.url', NOTHING, '/.well-known/oauth-client/cli.json'],
      ['body.response.statusCode', NOTHING, 404],
    ],
    in: ['routes: nothing after the base', 'document: cli.json'],
  },
  {
    name: 'readiness tells what it looked at',
    reason: 'So that an operator sees which provider is away, and whether a change of the configuration was taken.',
    facts: [
      ['body.database', NOTHING, 'ok'], ['body.configuration.changes', NOTHING, 0], ['body.configuration.status', NOTHING, 'ok'], ['body.keys', NOTHING, 'ok'], ['body.catalog', NOTHING, 'ok'], ['body.providers', NOTHING, 'a list of 17'],
      ['body.providers[].id', NOTHING, 'oidc'], ['body.providers[].environment', NOTHING, 'chain'], ['body.providers[].available', NOTHING, true],
    ],
    in: ['health: readiness'],
  },
  {
    name: 'the signing key is there from the start',
    reason: 'Backstage makes one at the first sign-in, which pays for it.',
    facts: [['body.keys', '', 'a list of 1'], ...Object.entries({ kty: 'EC', crv: 'P-256', alg: 'ES256', x: 'random x', y: 'random y', kid: 'random kid' }).map(([name, value]) => [`body.keys[].${name}`, NOTHING, value])],
    in: ['unconfigured: keys'],
  },
];

export default [...headers, ...errors, ...cookies, ...requests, ...flows, ...routes];
