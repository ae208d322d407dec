/** goss itself, the reference for gossfiles. */
import { spawnSync } from 'node:child_process';

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

/** What goss says of every property of a gossfile. */
export function gossValidate(file: string, { vars = {}, env = {} } = {}): GossResult[] {
  const { stdout, stderr } = runGoss(
    ['--vars-inline', JSON.stringify(vars), '-g', file, 'validate', '-f', 'json'],
    env,
  );
  try {
    return (JSON.parse(stdout) as { results: GossResult[] }).results;
  } catch {
    throw new Error(`goss: ${stderr || stdout}`);
  }
}

/** The gossfile as goss renders it; `undefined` where goss refuses it. */
export function gossRender(file: string, { vars = {}, env = {} } = {}): string | undefined {
  const { stdout, status } = runGoss(['--vars-inline', JSON.stringify(vars), '-g', file, 'render'], env);
  return status === 0 ? stdout : undefined;
}

function runGoss(args: string[], env: Record<string, string>) {
  return spawnSync(goss, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
}
