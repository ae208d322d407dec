import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { askEngine, type EngineCli, explainEngine, lastLines } from './cli.ts';
import type { ComposeModel, ComposeService } from './model.ts';

export interface ImageOptions {
  cli: EngineCli;
  args: readonly string[];
  model: ComposeModel;
  variables: Readonly<Record<string, string>>;
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
}

/** The name under which compose keeps the service's image. */
export const imageOf = (service: ComposeService, project: string): string =>
  service.image ?? `${project}-${service.name}`;

export interface PresentImage {
  id: string;
  labels: Readonly<Record<string, string>>;
}

/** Those of the images that are here, by their names. */
export function presentImages(
  cli: EngineCli,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, PresentImage>> {
  const unique = [...new Set(names)];
  return askEngine(
    cli,
    signal,
    async (api) => {
      const found = (await Promise.all(unique.map((name) => api.get(`/images/${name}/json`, signal)))) as (
        | RawImage
        | undefined
      )[];
      return new Map(unique.flatMap((name, at) => (found[at] ? [[name, imageFrom(found[at])]] : [])));
    },
    () => presentByCommandLine(cli, unique, signal),
  );
}

async function presentByCommandLine(
  cli: EngineCli,
  unique: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, PresentImage>> {
  // One at a time: where one of several is missing, the answer does not say which.
  const each = await Promise.all(
    unique.map(async (name) => ({
      name,
      output: await cli.call(['image', 'inspect', name], signal && { signal }),
    })),
  );
  return new Map(
    each
      .filter(({ output }) => output.exitCode === 0)
      .map(({ name, output }) => [name, imageFrom((JSON.parse(output.stdout) as RawImage[])[0]!)]),
  );
}

interface RawImage {
  Id: string;
  Config?: { Labels?: Record<string, string> | null } | null;
}

function imageFrom({ Id, Config }: RawImage): PresentImage {
  return { id: Id, labels: Config?.Labels ?? {} };
}

/** Fetches what is missing, before a container or a network is made: an image that cannot be had leaves nothing behind. */
export async function pullMissing(options: ImageOptions): Promise<void> {
  const { cli, args, model, variables, signal, onEvent } = options;
  const pulled = model.services.filter((service) => service.buildContext === undefined && service.image);
  const present = await presentImages(
    cli,
    pulled.map(({ image }) => image ?? ''),
    signal,
  );
  const missing = pulled.filter(({ image }) => !present.has(image ?? ''));
  const never = missing.find(({ pullPolicy }) => pullPolicy === 'never');
  if (never) throw imageMissing([never], ['its pull policy is `never`']);
  if (missing.length === 0) return;
  onEvent({ type: 'phase', name: 'images', detail: missing.map(({ image }) => image).join(', ') });
  // Said before compose says anything, whose words change from one version to the next.
  for (const { name, image = '' } of missing)
    onEvent({ type: 'service', service: name, state: 'pulling', detail: image });
  const progress = createPullProgress();
  const output = await cli.compose([...args, 'pull', ...missing.map(({ name }) => name)], {
    variables,
    signal,
    withinMs: 0,
    onLine(line) {
      const shown = progress(line);
      if (shown) onEvent({ type: 'service', ...shown });
    },
  });
  if (output.exitCode === 0) return;
  const engine = explainEngine(cli.engine, output);
  if (['engine-permission-denied', 'engine-disk-full', 'compose-missing'].includes(engine.code)) throw engine;
  const failed = missing.filter(
    ({ name, image = '' }) => output.stderr.includes(` ${name} Error`) || output.stderr.includes(image),
  );
  throw imageMissing(failed.length > 0 ? failed : missing, lastLines(output.stderr, 5));
}

function imageMissing(services: readonly ComposeService[], details: readonly string[]): Fault {
  const names = [...new Set(services.map(({ image }) => image))].join(', ');
  return new Fault({
    code: 'image-missing',
    message: `the image ${names} of ${services.map(({ name }) => name).join(', ')} is not here and cannot be had`,
    hint: 'check its name and the network (`docker pull`), log in to its registry (`docker login`), or load it (`docker load`)',
    exitCode: ExitCode.unavailable,
    details,
  });
}

const byteUnits: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Sums up compose's lines about layers: `3f2a Downloading [==>  ] 12.3MB/45MB` → `12.3 MB of 45.0 MB`. */
export function createPullProgress(): (
  line: string,
) => { service: string; state: string; detail?: string } | undefined {
  const layers = new Map<string, { done: number; total: number }>();
  let current = '';
  let shown = '';
  return (line) => {
    const service = /^ ?(\S+) (Pulling(?! fs layer)|Pulled|Error|Warning|Skipped)/.exec(line);
    if (service) {
      const [, name = '', state = ''] = service;
      current = name;
      const reason = safeLine(line.slice(line.indexOf(state) + state.length), 200);
      return { service: name, state: state.toLowerCase(), ...(reason && { detail: reason }) };
    }
    const layer =
      /^ ?([0-9a-f]{8,64}) +(?:Downloading|Extracting).*?([\d.]+)([kMGT]?B)\/([\d.]+)([kMGT]?B)/.exec(line);
    if (!layer) return undefined;
    const [, id = '', done = '', doneUnit = '', total = '', totalUnit = ''] = layer;
    const bytes = (amount: string, unit: string) => Number(amount) * (byteUnits[unit] ?? 1);
    const before = layers.get(id)?.done ?? 0;
    layers.set(id, { done: Math.max(before, bytes(done, doneUnit)), total: bytes(total, totalUnit) });
    const sum = (of: 'done' | 'total') => [...layers.values()].reduce((all, one) => all + one[of], 0);
    const detail = `${megabytes(sum('done'))} of ${megabytes(sum('total'))}`;
    if (detail === shown) return undefined;
    shown = detail;
    return { service: current, state: 'pulling', detail };
  };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** A digest of all that goes into the image, so that it is built again only when it would become another. */
export function bundleDigest(folder: string): string | undefined {
  try {
    const hash = createHash('sha256');
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      const file = path.join(folder, name);
      hash.update(`${name}\0`);
      try {
        hash.update(readFileSync(file));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
      }
    }
    return hash.digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

/** Builds the images of these services, with the same compose that starts them. */
export async function buildImages(options: ImageOptions, services: readonly ComposeService[]): Promise<void> {
  const { cli, args, variables, signal, onEvent } = options;
  if (services.length === 0) return;
  for (const { name } of services) onEvent({ type: 'service', service: name, state: 'building' });
  const output = await cli.compose([...args, 'build', '--quiet', ...services.map(({ name }) => name)], {
    variables,
    signal,
    withinMs: 0,
  });
  if (output.exitCode === 0) return;
  const engine = explainEngine(cli.engine, output);
  if (engine.code !== 'engine-failed') throw engine;
  throw new Fault({
    code: 'image-build-failed',
    message: `the image of ${services.map(({ name }) => name).join(', ')} could not be built`,
    hint: `docker compose build ${services.map(({ name }) => name).join(' ')}`,
    exitCode: ExitCode.unavailable,
    details: lastLines(`${output.stdout}\n${output.stderr}`, 20),
  });
}
