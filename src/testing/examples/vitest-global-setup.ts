/** A `globalSetup` of Vitest: the tests run on a stack that is verified, and find the address of its API in `API_URL`. */
import { down, loadProject, up, verify } from 'meatymusic';

const project = await loadProject();

export async function setup(): Promise<void> {
  const { endpoints } = await up(project);
  if (endpoints.api && 'url' in endpoints.api) process.env.API_URL = endpoints.api.url;
  const { ok, checks } = await verify(project);
  const failed = checks.filter(({ status }) => status === 'fail' || status === 'error').map(({ id }) => id);
  if (!ok) throw new Error(`the stack does not pass its checks: ${failed.join(', ')}`);
}

export const teardown = () => down(project);
