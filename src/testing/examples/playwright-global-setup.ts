/** A `globalSetup` of Playwright: the tests run on a stack that is verified, and find the address of its web app in `WEB_URL`. */
import { down, loadProject, up, verify } from 'meatymusic';

export default async function globalSetup(): Promise<() => Promise<unknown>> {
  const project = await loadProject();
  const { endpoints } = await up(project);
  if (endpoints.web && 'url' in endpoints.web) process.env.WEB_URL = endpoints.web.url;
  const { ok, checks } = await verify(project);
  const failed = checks.filter(({ status }) => status === 'fail' || status === 'error').map(({ id }) => id);
  if (!ok) throw new Error(`the stack does not pass its checks: ${failed.join(', ')}`);
  return () => down(project);
}
