/** Start-up time: `meatymusic --version` beside `node -e 0`, in interleaved pairs, so that both meet the same machine. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const pairs = 40;

export default {
  name: 'cold-start',
  budget: '≤ 1.25',
  async run() {
    const empty = [];
    const version = [];
    for (let pair = 0; pair < pairs; pair++) {
      empty.push(timeMs(['-e', '0']));
      version.push(timeMs([binary, '--version']));
    }
    const [of, by] = [median(version), median(empty)];
    const least = Math.min(...version) / Math.min(...empty);
    return {
      ratio: of / by,
      detail: `--version ${of.toFixed(1)} ms, node -e 0 ${by.toFixed(1)} ms (medians of ${pairs}); minima ${least.toFixed(2)} ×`,
    };
  },
};

function timeMs(args) {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`node ${args.join(' ')} exits with ${status}`);
  return performance.now() - start;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
