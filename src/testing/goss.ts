/** goss itself, the reference for gossfiles. */
import { execFile, spawnSync } from 'node:child_process';

const goss = process.env.GOSS ?? 'goss';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const gossMissing: string | undefined =
  spawnSync(goss, ['--help']).status === 0 ? undefined : 'needs goss 0.4 on the PATH, or its path in GOSS';

export interface GossResult {
  'resource-type': string;
  'resource-id': string;
  property: string;
  /** 0 holds, 1 does not, 2 was skipped. */
  result: 0 | 1 | 2;
}

/** Results of goss for every property of a gossfile. */
export async function gossValidate(file: string, { vars = {}, env = {} } = {}): Promise<GossResult[]> {
  const { stdout, stderr } = await runGoss(['-g', file, 'validate', '-f', 'json'], vars, env);
  try {
    return (JSON.parse(stdout) as { results: GossResult[] }).results;
  } catch {
    throw new Error(`goss: ${stderr || stdout}`);
  }
}

/** The gossfile as goss renders it; `undefined` where goss refuses it. */
export async function gossRender(file: string, { vars = {}, env = {} } = {}): Promise<string | undefined> {
  const { stdout, failed } = await runGoss(['-g', file, 'render'], vars, env);
  return failed ? undefined : stdout;
}

/** Not synchronous: the servers that it asks may run in this process. */
function runGoss(args: string[], vars: object, env: Record<string, string>) {
  const options = {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    maxBuffer: 64 * 1024 * 1024,
  };
  return new Promise<{ stdout: string; stderr: string; failed: boolean }>((resolve) => {
    execFile(goss, ['--vars-inline', JSON.stringify(vars), ...args], options, (error, stdout, stderr) =>
      resolve({ stdout, stderr, failed: error !== null }),
    );
  });
}
