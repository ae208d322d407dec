import { createInterface } from 'node:readline/promises';
import { safeLine } from '../../base/safe-text.ts';
import type { Invocation } from '../invocation.ts';
import type { DetectedProject, DetectedService } from './detect/index.ts';

/** Asks one question; resolves to the trimmed answer, empty at the end of the input. */
type Ask = (question: string) => Promise<string>;

/** True on a terminal: nothing else can answer. */
export function canAsk({ stderr, stdin, quiet }: Invocation): boolean {
  return !quiet && stderr.isTerminal && stdin().isTTY === true;
}

/** Resolves to the project with the answers to what could not be found: addresses, ports, and the migration tool. */
export async function completeByAnswers(
  invocation: Invocation,
  detected: DetectedProject,
): Promise<DetectedProject> {
  const { stderr, signal } = invocation;
  // Without `output` the terminal itself shows what is typed, and Ctrl-C stays a signal.
  const lines = createInterface({ input: invocation.stdin(), terminal: false });
  const answers = lines[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const ask: Ask = async (question) => {
    await stderr.write(`${question} `);
    const { value, done } = await Promise.race([answers.next(), aborted]);
    signal.throwIfAborted();
    if (done) await stderr.write('\n');
    return done ? '' : String(value).trim();
  };
  try {
    const services = detected.services.size > 0 ? detected.services : await askAddresses(ask);
    if (services.size === 0) return detected;
    const withPorts = await askPorts(ask, services);
    return { ...detected, services: withPorts, ...(await askMigrations(ask, stderr, detected)) };
  } finally {
    lines.close();
    invocation.stdin().unref();
  }
}

async function askAddresses(ask: Ask): Promise<Map<string, DetectedService>> {
  const services = new Map<string, DetectedService>();
  for (const [kind, what] of [
    ['api', 'API'],
    ['web', 'web app'],
  ] as const) {
    const url = await askUntil(
      ask,
      `No service was found here. Address of the ${what}, http://host:port (empty: none):`,
      (answer) => answer === '' || (/^https?:\/\//.test(answer) && URL.canParse(answer)),
    );
    if (url) services.set(kind, { name: kind, kind, why: 'as answered', start: { url } });
  }
  return services;
}

async function askPorts(
  ask: Ask,
  services: ReadonlyMap<string, DetectedService>,
): Promise<Map<string, DetectedService>> {
  const result = new Map(services);
  for (const [name, service] of services) {
    const listens = service.kind === 'api' || service.kind === 'web';
    if (!listens || service.port !== undefined || !('command' in service.start)) continue;
    const answer = await askUntil(
      ask,
      `Port of ${name}, which "${safeLine(service.start.command, 100)}" starts (empty: not known):`,
      (text) => text === '' || (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536),
    );
    if (answer) result.set(name, { ...service, port: Number(answer) });
  }
  return result;
}

async function askMigrations(
  ask: Ask,
  stderr: Invocation['stderr'],
  { migrations, candidates }: DetectedProject,
): Promise<Pick<DetectedProject, 'migrations' | 'candidates'>> {
  if (migrations || candidates.length === 0) return { ...(migrations ? { migrations } : {}), candidates };
  await stderr.write('Commands that may migrate the database of this stack:\n');
  for (const [index, { command, cwd, doubt }] of candidates.entries()) {
    const where = cwd === undefined ? '' : ` in ${cwd}`;
    await stderr.write(`  ${index + 1}  ${safeLine(`${command}${where}: ${doubt}`, 200)}\n`);
  }
  const answer = await askUntil(
    ask,
    `Which one does \`up\` run, 1 to ${candidates.length} (empty: none)?`,
    (text) => text === '' || candidates[Number(text) - 1] !== undefined,
  );
  const chosen = answer === '' ? undefined : candidates[Number(answer) - 1];
  if (chosen === undefined) return { candidates };
  const { doubt: _, ...certain } = chosen;
  return { migrations: { ...certain, why: `${certain.why}, as answered` }, candidates: [] };
}

async function askUntil(ask: Ask, question: string, accepts: (answer: string) => boolean): Promise<string> {
  for (;;) {
    const answer = await ask(question);
    if (accepts(answer)) return answer;
  }
}
