import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: tokens with a foreign issuer, or one that only begins as the right one, are refused. */
export default refusedTokenCheck({
  kind: 'issuer',
  title: 'A token of another issuer is refused',
  subject: 'A token of another issuer',
  why: 'A key may sign for several issuers; the users of another one are not the users of this stack.',
  hint: 'compare iss with the whole expected issuer: the option issuer of jsonwebtoken.verify and jose.jwtVerify',
});
