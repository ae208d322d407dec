import { pageCheck } from '../../src/suites/index.ts';

/** Verifies that the dashboard answers with the app's own HTML. */
export default pageCheck({
  title: 'The dashboard loads',
  failureTitle: 'The dashboard does not load',
  why: 'This is where the web app and the API meet; a static home page proves nothing.',
  path: '/dashboard',
});
