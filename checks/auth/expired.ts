import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: an expired token is refused. */
export default refusedTokenCheck({
  kind: 'expired',
  title: 'An expired token is refused',
  subject: 'An expired token',
  why: 'A stolen token would be valid forever.',
  hint: 'verify exp: jsonwebtoken.verify and jose.jwtVerify do, unless ignoreExpiration or a clockTolerance switches it off',
});
