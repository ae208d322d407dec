import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: keys that the token itself brings or names (jwk, jku, kid) are not trusted. */
export default refusedTokenCheck({
  kind: 'key-of-the-sender',
  title: 'A token that names its own key is refused',
  subject: 'A token that names its own key',
  why: 'The sender of a token would choose the key that verifies it.',
  hint: 'take keys only from the configured key set: ignore jwk, jku, x5c and x5u of the token, and look kid up in that set alone',
});
