// Every way in which Stagedoor answers otherwise than Backstage, on purpose, and why. The comparison fails for a difference
// that is not here, and for one that is here and occurs no more. How an entry is read: support/compare.mjs.

import { ANY, NOTHING } from './support/compare.mjs';

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
    facts: [['body.error.code', NOTHING, /^[a-z_]+$/], ['frame.error.code', NOTHING, /^[a-z_]+$/], ['body.error.requestId', NOTHING, 'random requestId']],
  },
  {
    name: 'an error of the provider has a name',
    reason: "Backstage calls it Error. Ours says whether the provider refused or was not there.",
    facts: [['frame.error.name', 'Error', /^(AuthenticationError|ServiceUnavailableError)$/]],
  },
  {
    name: 'a provider out of order is not quoted',
    reason: 'What it said is in the log; the person is told whether to try again. What the provider says to the person is passed on.',
    facts: [
      ['frame.error.message', /^Authentication (rejected|failed), (temporarily_unavailable|invalid_client|iss |code missing)/, /^The identity provider('s answer was not accepted| can't be reached at the moment, please try again)$/],
      ['body.error.message', /^Refresh failed; caused by OPError: /, /^Refresh failed; caused by (Authentication|ServiceUnavailable)Error: The identity provider/],
    ],
  },
  {
    name: 'an error in the answer is one, even beside a code',
    reason: 'RFC 6749 section 4.1.2.1: an answer is either. Backstage quotes it with other words.',
    facts: [['frame.error.message', 'Authentication failed, server_error (it broke)', /^Authentication rejected, server_error/]],
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
    name: 'the root does not take POST',
    reason: 'As above; and there is a page.',
    facts: [['status', 404, 405], ['header content-type', NOTHING, 'application/json'], ['header allow', NOTHING, 'GET,HEAD'], ['body', '', NOTHING], [/^body\./, NOTHING, ANY]],
    in: ['routes: POST the root'],
  },
  {
    name: 'without CORS, OPTIONS is no method',
    reason: 'Express answers it with the methods of the route.',
    whole: [{ status: 200, body: 'GET,HEAD,POST' }, { status: 405, 'body.error.message': 'Method Not Allowed' }],
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
      ['cookie oidc-nonce.FLOW Expires', NOTHING, ANY],
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
    name: 'a session id needs no second cookie',
    reason: 'However long the refresh token is.',
    facts: [[/^cookie oidc-refresh-token-[012]/, ANY, NOTHING], ['cookie oidc-refresh-token', NOTHING, /^opaque; HttpOnly; Max-Age=86400000; Path=\/api\/auth\/oidc; SameSite=Lax$/], ['cookie oidc-refresh-token Expires', NOTHING, false]],
    in: ['callback: a refresh token of 9,000 characters', 'refresh: a refresh token of 9,000 characters'],
  },
  {
    name: 'one cookie is removed where there is one',
    reason: 'As above.',
    facts: [[/^cookie oidc-refresh-token-[012]( Expires)?$/, ANY, NOTHING], ['cookie oidc-refresh-token', NOTHING, /^removed; /], ['cookie oidc-refresh-token Expires', NOTHING, true]],
    in: ['logout: a refresh token of 9,000 characters'],
  },
  {
    name: 'a refused refresh changes no cookie',
    reason: 'Backstage hands out the rotated refresh token and the scopes before it asks the resolver; ours are kept with the session.',
    facts: [[/^cookie oidc-(refresh-token|granted-scope)( Expires)?$/, ANY, NOTHING]],
    in: ['refresh: out of the catalog since'],
  },
];

const requests = [
  {
    name: 'a parameter is given once',
    reason: 'RFC 6749 section 3.1. Backstage joins them with a comma, or takes the first.',
    whole: [{ status: 302, 'location scope': 'calendar photos openid profile email' }, { status: 400, 'body.error.name': 'InputError', 'body.error.message': "Parameter 'scope' was given more than once" }],
    in: ['start: scope twice'],
  },
  {
    name: 'env is one word',
    reason: 'As above: 400, where Backstage looks for an environment of that name.',
    whole: [{ status: 404, 'body.error.name': 'NotFoundError' }, { status: 400, 'body.error.name': 'InputError' }],
    in: ['start: env twice', 'start: env as an object'],
  },
  {
    name: 'HEAD is a GET without a body',
    reason: 'Backstage fails: passport wants a GET.',
    whole: [{ status: 500 }, { status: 302, 'location': /\/auth$/, 'location state': 'opaque' }],
    in: ['start: HEAD'],
  },
  {
    name: 'a path is spelled one way',
    reason: 'Express knows no difference between letters, and drops a slash at the end. Nothing of Backstage writes them so.',
    facts: [['status', 401, 404], ['body.response.statusCode', 401, 404], ['body.error.name', 'AuthenticationError', 'NotFoundError'], ['body.error.message', ANY, /^Unknown auth provider '(oidc|OIDC)'$/], [/^body.error.cause/, ANY, NOTHING]],
    in: ['start: with a trailing slash', 'start: in capitals', 'refresh: with a trailing slash'],
  },
  {
    name: 'a percent is read, or left alone where it cannot be',
    reason: 'RFC 3986 section 6.2.2.2: %6f is o. An unreadable one is a provider nobody knows.',
    whole: [{ 'body.error.message': /^(Unknown auth provider 'oidc'|Failed to decode param '%zz')$/ }, { status: 404, 'body.error.message': /^(No configuration available for the 'nowhere' environment of this provider.|Unknown auth provider '%zz')$/ }],
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
    whole: [{ status: 404, 'body.error.message': "No configuration available for the 'nowhere' environment of this provider." }, { status: 200, 'frame.session.profile.email': 'ada@example.com' }],
    in: ['callback: unknown env beside state'],
  },
  {
    name: 'env does not stand in for state',
    reason: 'As above.',
    whole: [{ status: 200, 'frame.error.message': 'OAuth state is invalid, missing env' }, { status: 400, 'body.error.name': 'InputError', 'body.error.message': "Must specify 'env' query to select environment" }],
    in: ['callback: no state but env', 'callback: only env'],
  },
  {
    name: 'a state that is not ours tells nothing',
    reason: 'Not even which part of it is wrong, which environment it is for, or where an answer should go.',
    whole: [{ status: /^(200|302|400|403|404)$/ }, { status: 403, 'body.error.name': 'NotAllowedError', 'body.error.message': 'OAuth state is invalid' }],
    in: ['callback: empty state', 'callback: state of words', 'callback: state without env', 'callback: state without nonce', 'callback: state of an unknown env', 'callback: state made up', 'callback: state made up, foreign origin', 'callback: state made up, foreign redirectUrl'],
  },
  {
    name: 'two tabs can sign in at once',
    reason: 'Backstage issues "Invalid nonce" to the one that began first.',
    whole: [{ status: 200, 'frame.error.message': 'Invalid nonce' }, { status: 200, 'frame.session.profile.email': 'ada@example.com' }],
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
    whole: [{ status: 400, 'body.error.message': "Must specify 'env' query to select environment" }, { status: 200, 'frame.session.profile.email': 'ada@example.com' }],
    in: ['callback: form_post'],
  },
  {
    name: 'any post is posted again',
    reason: 'As above; the second one is refused.',
    whole: [{ status: 400 }, { status: 200, body: /^<!doctype html>[^]*Signing in/ }],
    in: ['callback: POST of nothing'],
  },
  {
    name: 'a session without a refresh token',
    reason: 'It lives until its tokens end; with Backstage every reload is a new sign-in.',
    facts: [[/^cookie oidc-refresh-token( Expires)?$/, NOTHING, ANY]],
    in: ['callback: without a refresh token', 'logout: no refresh token was issued'],
  },
  {
    name: 'such a session can be read again',
    reason: 'As above.',
    whole: [{ status: 401, 'body.error.message': 'Refresh failed; caused by InputError: Missing session cookie' }, { status: 200, 'body.profile.email': 'ada@example.com', 'body.backstageIdentity.identity.userEntityRef': 'user:default/ada' }],
    in: ['refresh: no refresh token was issued'],
  },
  {
    name: 'a logout is one, whatever the provider does',
    reason: 'Whoever signs out here is signed out here. Backstage fails, and leaves the session in the browser.',
    whole: [{ status: 500 }, { status: 200, 'cookie oidc-refresh-token': /^removed; /, 'cookie oidc-granted-scope': /^removed; / }],
    in: ['logout: the provider is down'],
  },
];

const routes = [
  {
    name: 'a page at the root',
    reason: 'The sign-in page. A Backstage backend alone has nothing there.',
    whole: [{ status: 404, body: '' }, { status: 200, 'header content-type': 'text/html' }],
    in: ['routes: the root'],
  },
  {
    name: 'what is not there says so in JSON',
    reason: 'Backstage has an empty answer above its plugins, and one of another form for a client of its own.',
    whole: [{ status: 404 }, { status: 404, 'body.error.name': 'NotFoundError' }],
    in: ['routes: nothing after the base', 'document: cli.json'],
  },
  {
    name: 'readiness tells what it looked at',
    reason: 'So that an operator sees which provider is away.',
    facts: [['body.database', NOTHING, 'ok'], ['body.providers', NOTHING, 'a list of 17'], [/^body\.providers\[\]\./, NOTHING, ANY]],
    in: ['health: readiness'],
  },
  {
    name: 'the signing key is there from the start',
    reason: 'Backstage makes one at the first sign-in, which pays for it.',
    facts: [['body.keys', '', 'a list of 1'], [/^body\.keys\[\]\./, NOTHING, ANY]],
    in: ['unconfigured: keys'],
  },
];

/** Differences that are not meant, and go from here when they go from Stagedoor. */
const slips = [
  {
    name: 'SLIP: the cause of a failed refresh is in the message alone',
    reason: 'Backstage has it as error.cause {name, message} too.',
    facts: [[/^body\.error\.cause\./, ANY, NOTHING]],
  },
  {
    name: 'SLIP: a refused code is called an ended session',
    reason: 'It was the sign-in that did not succeed: there has been no session.',
    facts: [['frame.error.message', /^Authentication failed, invalid_grant/, 'The identity provider has ended this session, please sign in again']],
    in: ['callback: a code of nobody'],
  },
  {
    name: "SLIP: the provider's words are punctuated otherwise",
    reason: 'Backstage: "access_denied (the user said no)". Ours: "access_denied: the user said no". For no reason.',
    facts: [['frame.error.message', /^Authentication rejected, \w+ \(.*\)$/, /^Authentication rejected, \w+: /], ['location error', /^Authentication rejected, \w+ \(.*\)$/, /^Authentication rejected, \w+: /]],
  },
  {
    name: 'SLIP: oidc is not known when it is not configured',
    reason: `Backstage: "No auth provider registered for 'oidc'", which tells an operator that the configuration is missing. Ours: "Unknown auth provider 'oidc'".`,
    facts: [['body.error.message', "No auth provider registered for 'oidc'", "Unknown auth provider 'oidc'"]],
    in: ['unconfigured: start', 'unconfigured: start without env', 'unconfigured: refresh', 'unconfigured: the callback', 'unconfigured: a word'],
  },
];

export default [...headers, ...errors, ...cookies, ...requests, ...flows, ...routes, ...slips];
