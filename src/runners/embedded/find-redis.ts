import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** A server that runs and keeps to the protocol of Redis. */
export interface RedisProgram {
  file: string;
  /** `redis-server 7.0.15` */
  version: string;
}

/** Resolves to the first Redis or Valkey of this search path that runs; `undefined`: none. */
export async function findRedis(searchPath = ''): Promise<RedisProgram | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
      const file = path.join(folder, name);
      if (!existsSync(file)) continue;
      try {
        const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: 5000 });
        return { file, version: `${name} ${/v=(\S+)/.exec(stdout)?.[1] ?? ''}`.trim() };
      } catch {
        // It is there and does not run: the next one, or the stand-in.
      }
    }
  }
  return undefined;
}
