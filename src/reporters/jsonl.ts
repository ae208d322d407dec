import { inertJson } from './inert.ts';
import type { Reporter } from './reporter.ts';

/** One line a check, for `grep` and `jq`; then one for the run, without its checks. Each says what it is in `type`. */
export const jsonl: Reporter = {
  render({ checks, ...run }) {
    const lines = [...checks.map((check) => ({ type: 'check', ...check })), { type: 'run', ...run }];
    return lines.map((line) => `${inertJson(JSON.stringify(line))}\n`).join('');
  },
};
