// The provider that tests sign in at: oidc-provider with its own login and consent forms, and these people.
// One line of JSON on standard input is one order: {"rotate": true}, {"person": {"sub": "…", …}}; each is answered by "done".
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const [callback] = process.argv.slice(2);
const people = new Map();
const keys = [];
let answer;
console.info = console.error; // standard output is for answers alone

function addKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  keys.unshift({ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' });
}

function provider(issuer) {
  const made = new Provider(issuer, {
    jwks: { keys },
    clients: [{ client_id: 'flegt', client_secret: 'a secret & more: 100%', redirect_uris: [callback] }],
    claims: { openid: ['sub', 'acr', 'amr'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name', 'locale'] },
    pkce: { required: () => true },
    cookies: { keys: [randomUUID()] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
    acrValues: ['urn:loa:basic', 'urn:loa:high'],
  });
  // Its own forms ask for no second factor: how somebody signed in is said of the person beforehand.
  const finish = made.interactionFinished.bind(made);
  made.interactionFinished = (request, response, result, ...more) => {
    const { acr, amr } = people.get(result.login?.accountId) ?? {};
    return finish(request, response, result.login ? { ...result, login: { ...result.login, acr, amr } } : result, ...more);
  };
  return made.callback();
}

addKey();
const server = createServer((request, response) => answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  answer = provider(issuer);
  process.stdout.write(`${issuer}\n`);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const order = JSON.parse(line);
    if (order.person) people.set(order.person.sub, order.person);
    if (order.rotate) {
      keys.length = 0;
      addKey();
      answer = provider(issuer);
    }
    process.stdout.write('done\n');
  }).on('close', () => process.exit());
});
