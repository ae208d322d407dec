import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';

/** A problem of the configuration. It has no value, as each could be a secret. */
export interface Problem {
  /** `meatymusic.config.json:12`, `.env:3 REDIS_URL`, `REDIS_URL`, `--timeout`. */
  where: string;
  /** The setting's path; absent where the file as a whole is meant. */
  path?: string;
  /** Completes the sentence `<path> …`, or is a sentence of its own. */
  message: string;
}

/** All problems as one `Fault` (78). */
export function badConfiguration(problems: readonly Problem[], cause?: unknown): Fault {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new Fault({
    code: 'bad-configuration',
    message: `the configuration has ${count}`,
    details: problems.map(({ where, path, message }) =>
      [`${where}:`, path && shortened(path), message].filter(Boolean).join(' '),
    ),
    hint: 'once it loads, `meatymusic config` shows every setting with its origin',
    exitCode: ExitCode.config,
    cause,
  });
}

function shortened(path: string): string {
  return path.length <= 120 ? path : `${path.slice(0, 80)}…${path.slice(-30)}`;
}
