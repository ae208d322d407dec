import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: tokens with a foreign issuer, or one that only begins as the right one, are refused. */
export default refusedTokenCheck({
  kind: 'issuer',
  title: 'A token from another issuer is refused',
  subject: 'A token from another issuer',
  why: 'One key may sign for several issuers, and the users of another issuer are not users of this stack.',
  hint: 'compare iss with the whole expected issuer: the option issuer of jsonwebtoken.verify and jose.jwtVerify',
});
