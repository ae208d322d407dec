import { pageCheck } from '../../src/suites/index.ts';

/** Verifies that the start page answers with the app's own HTML. */
export default pageCheck({
  title: 'The start page loads',
  failureTitle: 'The start page does not load',
  why: 'It is the first thing that a visitor sees, and the last that shows that web server and build belong together.',
  path: '/',
});
