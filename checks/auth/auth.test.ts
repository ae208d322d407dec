import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import badSignature from './bad-signature.ts';
import expired from './expired.ts';
import noToken from './no-token.ts';
import noneAlgorithm from './none-algorithm.ts';
import validToken from './valid-token.ts';
import wrongIssuer from './wrong-issuer.ts';

for (const [name, check] of Object.entries({ badSignature, expired, noToken, noneAlgorithm, wrongIssuer })) {
  const withoutKey = { ids: { token: { available: false, token: 'a.b.c', enable: 'auth.signingKeyFile' } } };
  testCheck(
    check,
    {
      passes: [
        { when: 'it is refused with 401', probes: answering(response(401)), summary: 'refused with 401' },
      ],
      fails: [
        {
          when: 'nothing answers',
          code: 'unreachable',
          probes: answering(refused),
          actual: /nothing listens/,
        },
        { when: 'there is no such endpoint', code: 'no-endpoint', probes: answering(response(404)) },
        {
          when: 'it is let in',
          code: 'accepted',
          probes: answering(response(200)),
          actual: 'it answers 200',
        },
        { when: 'it is redirected', code: 'accepted', probes: answering(response(302)) },
        { when: 'it is refused with 403', code: 'wrong-status', probes: answering(response(403)) },
        ...(name === 'noToken'
          ? []
          : [
              {
                when: 'it is let in without a good signature',
                code: 'accepted' as const,
                probes: { ...answering(response(200)), ...withoutKey },
              },
            ]),
      ],
      skips:
        name === 'noToken'
          ? []
          : [
              {
                when: 'no key of the stack is known',
                probes: { ...answering(response(401)), ...withoutKey },
                enable: 'auth.signingKeyFile',
              },
            ],
    },
    { describe, it },
  );
}

testCheck(
  validToken,
  {
    passes: [{ when: 'it is let in', probes: answering(response(200)) }],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'it is refused', code: 'refused', probes: answering(response(401)) },
      { when: 'it is forbidden', code: 'refused', probes: answering(response(403)) },
      { when: 'the endpoint breaks', code: 'wrong-status', probes: answering(response(500)) },
    ],
    skips: [
      {
        when: 'there is no token',
        probes: {
          ...answering(response(401)),
          ids: { token: { available: false, token: '', enable: 'auth.token' } },
        },
        enable: 'auth.token',
      },
    ],
  },
  { describe, it },
);

it('keeps the token out of the evidence', async () => {
  const { verdictOf } = await import('../../src/check/tester.ts');
  const verdict = await verdictOf(validToken, { probes: answering(response(401)) });
  expect(JSON.stringify(verdict)).not.toContain('token.valid.signature');
  expect(JSON.stringify(verdict)).toContain('Bearer [redacted]');
});
