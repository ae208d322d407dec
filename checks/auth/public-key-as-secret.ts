import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: tokens of HMAC with the public key as their secret are refused. */
export default refusedTokenCheck({
  kind: 'public-key-as-secret',
  title: 'A token signed with the public key as an HMAC secret is refused',
  subject: 'A token signed with the public key as an HMAC secret',
  why: 'Everyone knows the public key: if the token chooses the algorithm, anyone can sign.',
  hint: 'name the accepted algorithms when a token is verified, and no HS256 beside RS256, ES256 or EdDSA',
});
