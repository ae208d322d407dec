import { pageCheck } from '../../src/suites/index.ts';

/** Verifies that the dashboard answers with the app's own HTML. */
export default pageCheck({
  title: 'The dashboard loads',
  failureTitle: 'The dashboard does not load',
  why: 'It is where the web app and the API meet; a start page alone can be static and prove nothing.',
  path: '/dashboard',
});
