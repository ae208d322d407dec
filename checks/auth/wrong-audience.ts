import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: tokens that were issued for another API are refused. */
export default refusedTokenCheck({
  kind: 'audience',
  title: 'A token for another audience is refused',
  subject: 'A token for another audience',
  why: 'A token issued for another service would grant access to this API as well.',
  hint: 'compare aud with the audience of this API: the option audience of jsonwebtoken.verify and jose.jwtVerify',
});
