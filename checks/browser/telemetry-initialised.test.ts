import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { browserAt, withoutBrowser } from '../../src/testing/browser-visit.ts';
import { lost, notLoaded, skipped } from '../../src/testing/visited-pages.ts';
import telemetry from './telemetry-initialised.ts';

const withBrowser = browserAt('/dashboard');

testCheck(
  telemetry,
  {
    passes: [
      {
        when: 'the console says so',
        probes: { browser: withBrowser() },
        summary: 'OpenTelemetry initialized: meatymusic-web',
      },
      {
        when: 'it says so in other words',
        probes: { browser: withBrowser({ console: [{ type: 'log', text: '[tracing] started' }] }) },
      },
    ],
    fails: [
      { ...notLoaded, probes: { browser: withBrowser(lost) } },
      {
        when: 'the console says the contrary',
        code: 'says-otherwise',
        actual: 'the console: Telemetry not initialized',
        probes: { browser: withBrowser({ console: [{ type: 'info', text: 'Telemetry not initialized' }] }) },
      },
      {
        when: 'the console is empty',
        code: 'not-initialised',
        actual: 'the console is empty',
        probes: { browser: withBrowser({ console: [] }) },
      },
      {
        when: 'the console speaks of something else',
        code: 'not-initialised',
        actual: 'none of 1 lines does',
        probes: { browser: withBrowser({ console: [{ type: 'log', text: 'Download the React DevTools' }] }) },
      },
    ],
    skips: [{ ...skipped, probes: { browser: withoutBrowser } }],
  },
  { describe, it },
);
