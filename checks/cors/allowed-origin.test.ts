import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import {
  obstacles,
  oneOrigin,
  origin,
  unserved,
  web,
  webAway,
  withHeaders,
} from '../../src/testing/cors-answers.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import allowed from './allowed-origin.ts';

testCheck(
  allowed,
  {
    passes: [
      { when: 'the origin is named', probes: withHeaders({ ...origin, vary: 'Accept, Origin' }) },
      { when: 'every origin is allowed', probes: withHeaders({ 'access-control-allow-origin': '*' }) },
      {
        when: 'the header is the same for all',
        probes: withHeaders(origin),
        summary: /the same for every origin/,
      },
      {
        when: 'no cache keeps the answer',
        probes: withHeaders({ ...origin, 'cache-control': 'private, no-store' }),
        summary: /never cached/,
      },
      {
        when: 'cookies are allowed',
        probes: withHeaders({ ...origin, vary: 'origin', 'access-control-allow-credentials': 'true' }),
        options: { credentials: true },
      },
      { when: 'a token is needed', probes: answering(response(401, '', { ...origin, vary: '*' })) },
      {
        when: 'it is the origin of the API',
        probes: answering(refused),
        stack: oneOrigin,
        summary: /share the origin/,
      },
    ],
    fails: [
      ...obstacles,
      ...unserved,
      { when: 'the header is absent', code: 'no-header', probes: withHeaders({}) },
      {
        when: 'another origin is named',
        code: 'other-origin',
        actual: 'it answers 200, it allows https://other.example',
        probes: withHeaders({ 'access-control-allow-origin': 'https://other.example' }),
      },
      {
        when: 'there are several origins',
        code: 'several-values',
        probes: withHeaders({ 'access-control-allow-origin': `${web}, https://other.example` }),
      },
      {
        when: 'every origin is allowed, and cookies are sent',
        code: 'no-credentials',
        probes: withHeaders({
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'true',
        }),
        options: { credentials: true },
      },
      {
        when: 'True is not true',
        code: 'no-credentials',
        probes: withHeaders({ ...origin, 'access-control-allow-credentials': 'True' }),
        options: { credentials: true },
      },
      {
        when: 'the answer differs by origin without Vary',
        code: 'no-vary',
        probes: answering(({ headers }) => response(200, '', headers?.origin === web ? origin : {})),
      },
      {
        when: 'the header needs an Origin, without Vary',
        code: 'no-vary',
        probes: answering(({ headers }) => response(200, '', headers?.origin ? origin : {})),
      },
    ],
    skips: [
      {
        when: 'the web app has no address',
        probes: answering(refused),
        stack: webAway,
        enable: 'meatymusic up',
      },
    ],
  },
  { describe, it },
);
