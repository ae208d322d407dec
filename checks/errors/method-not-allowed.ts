import { errorCheck } from '../../src/suites/index.ts';

/** Verifies that an unknown method on a known path answers 405, in the envelope of every error. */
export default errorCheck({
  title: 'A method that is not allowed answers 405 in the error envelope',
  failureTitle: 'A method that is not allowed does not answer 405 in the error envelope',
  why: 'A client that gets 404 looks for the mistake in the address.',
  statuses: [405],
  request: { path: '/health', method: 'DELETE' },
});
