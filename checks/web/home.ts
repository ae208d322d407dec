import { pageCheck } from '../../src/suites/index.ts';

/** Verifies that the home page answers with the app's own HTML. */
export default pageCheck({
  title: 'The home page loads',
  failureTitle: 'The home page does not load',
  why: 'It is the first thing that a visitor sees, and it loads only if the web server and the build match.',
  path: '/',
});
