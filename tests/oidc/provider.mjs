// A real provider of single sign-on, for one test: oidc-provider (npm) on a port of its own.
//
//   node provider.mjs [--port N] [--claims-in id-token|userinfo]
//
// DOTATION_TEST_OIDC names the folder that has node_modules in it. Whoever comes is signed in at once, as whom the
// last line on its input says; it says one JSON object a line, and ends when its input does.
//   {"as": {"sub": "…", "acr": "…", "amr": ["…"], "preferred_username": "…"}}   says {"event": "as"}
//   {"rotate": true}                                      new keys, says {"event": "rotated"}
import { createRequire } from 'node:module';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const here = createRequire(`${process.env.DOTATION_TEST_OIDC}/package.json`);
const { Provider } = await import(pathToFileURL(here.resolve('oidc-provider')));
const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '0' }, 'claims-in': { type: 'string', default: 'userinfo' } },
});

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
let who = { sub: 'nobody' };
let handler;
let provider;

// public keys of two kinds, as a provider has that moves from one to another
function keys() {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  return [
    { ...rsa, kid: randomUUID(), use: 'sig', alg: 'RS256' },
    { ...ec, kid: randomUUID(), use: 'sig', alg: 'ES256' },
  ];
}

function begin(issuer) {
  const back = (id) => [`http://127.0.0.1:8080/sign-in/${id}/callback`];
  const logout = ['http://127.0.0.1:8080/'];
  provider = new Provider(issuer, {
    clients: [
      { client_id: 'dotation', client_secret: 's'.repeat(40), redirect_uris: back('centre'), post_logout_redirect_uris: logout },
      { client_id: 'dotation-ec', client_secret: 's'.repeat(40), redirect_uris: back('ec'), token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' },
      { client_id: 'other', client_secret: 's'.repeat(40), redirect_uris: back('other') },
    ],
    jwks: { keys: keys() },
    cookies: { keys: ['a key of the tests'] },
    // short, so that a clock that is too far ahead finds a token over
    ttl: { IdToken: 20 },
    pkce: { required: () => true },
    acrValues: ['eidas1', 'eidas0'],
    scopes: ['openid', 'scope_all'],
    claims: { openid: ['sub', 'acr', 'amr'], scope_all: ['preferred_username'], acr: null, amr: null, auth_time: null, iss: null, sid: null },
    conformIdTokenClaims: options['claims-in'] === 'userinfo',
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...who, sub }) }),
    // nobody is asked whether they want it: that is between them and the provider
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid scope_all');
      await grant.save();
      return grant;
    },
  });
  handler = provider.callback();
}

const server = createServer(async (request, response) => {
  if (request.url.startsWith('/interaction/')) {
    const { sub: accountId, acr, amr } = who;
    await provider.interactionFinished(request, response, { login: { accountId, acr, amr, remember: false } });
    return;
  }
  handler(request, response);
});

server.listen(Number(options.port), '127.0.0.1', () => {
  const { port } = server.address();
  begin(`http://127.0.0.1:${port}`);
  say({ event: 'ready', port });
});

createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  if (asked.as) {
    who = asked.as;
    say({ event: 'as' });
  }
  if (asked.rotate) {
    begin(`http://127.0.0.1:${server.address().port}`);
    say({ event: 'rotated' });
  }
}).on('close', () => process.exit(0));
