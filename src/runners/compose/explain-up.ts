import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { FaultCode } from '../../base/fault-codes.ts';
import { explainEngine, lastLines } from './cli.ts';
import { describePortHolder } from './ports.ts';
import type { ProcessOutput } from './process.ts';
import type { Session } from './session.ts';

/** Why `docker compose up` gave up, where no container of it shows why. */
export async function explainUp(
  { cli }: Session,
  output: ProcessOutput,
  signal: AbortSignal,
): Promise<Fault> {
  const text = output.stderr;
  const details = lastLines(text, 20);
  const last = details.at(-1) ?? `exit code ${output.exitCode}`;
  const unavailable = (code: FaultCode, message: string, hint: string) =>
    new Fault({ code, message, hint, exitCode: ExitCode.unavailable, details });

  const port =
    /(?:Bind for|listen (?:tcp|udp)[46]?) \[?[\da-f.:]*?\]?:(\d+)(?: failed)?: .*(?:already (?:allocated|in use))|exposing port TCP \S+:(\d+)/i.exec(
      text,
    );
  const taken = port?.[1] ?? port?.[2];
  if (taken) {
    const holder = await describePortHolder(cli, Number(taken), signal);
    return unavailable(
      'port-taken',
      `port ${taken} is taken by ${holder}`,
      'stop its holder, then `meatymusic up` again',
    );
  }
  const image = /(?:No such image: |pull access denied for |manifest for )([^\s,]+)/i.exec(text);
  if (image) {
    return unavailable(
      'image-missing',
      `the image ${image[1]} is not here and cannot be had`,
      'check its name and the network, or log in to its registry (`docker login`)',
    );
  }
  if (/failed to solve|failed to build|executor failed|unable to prepare context|dockerfile/i.test(text)) {
    return unavailable('image-build-failed', `an image could not be built: ${last}`, 'docker compose build');
  }
  if (/non-overlapping IPv4 address pool|all predefined address pools/i.test(text)) {
    return unavailable(
      'networks-used-up',
      'the engine has no address range left for a network',
      'docker network prune',
    );
  }
  const external = /(network|volume) (\S+) declared as external, but could not be found/i.exec(text);
  if (external) {
    return new Fault({
      code: 'compose-external-missing',
      message: `the external ${external[1]} ${external[2]} of the compose file does not exist`,
      hint: `docker ${external[1]} create ${external[2]}`,
      exitCode: ExitCode.config,
      details,
    });
  }
  const engine = explainEngine(cli.engine, output);
  if (engine.code !== 'engine-failed') return engine;
  return unavailable(
    'compose-up-failed',
    `compose could not start the stack: ${last}`,
    'docker compose up, by hand, says the same with more around it',
  );
}
