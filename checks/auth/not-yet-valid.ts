import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: a token is refused before its time (nbf). */
export default refusedTokenCheck({
  kind: 'not-yet-valid',
  title: 'A token that is not valid yet is refused',
  subject: 'A token that is not valid yet',
  why: 'A token issued for later use must not grant access now.',
  hint: 'verify nbf: jsonwebtoken.verify and jose.jwtVerify do, unless ignoreNotBefore or a clockTolerance switches it off',
});
