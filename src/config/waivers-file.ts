import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { cannotWrite } from '../base/write-file.ts';
import { readYaml } from '../base/yaml.ts';
import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';
import { readConfigFile } from './read-config-file.ts';
import { soundCopy, structuralProblems } from './settings.ts';
import { placeIn } from './sources.ts';
import type { WaiverSetting } from './waivers.ts';

/** Waivers beside the configuration, a list. `verify --waive-failures` adds to it. */
export const waiversFileName = 'meatymusic.waivers.yaml';

interface Settings {
  settings: Record<string, unknown>;
  origins: Map<string, Origin>;
  problems: Problem[];
}

/** Adds the waivers of the file to those of the configuration, with the line of each. */
export async function takeWaiversFile(
  root: string,
  label: string,
  into: Settings,
  placeOfOwn: (at: string) => string,
): Promise<void> {
  const { settings, origins, problems } = into;
  const own = settings.waivers;
  if (own !== undefined && !Array.isArray(own)) return;
  for (const at of (own ?? []).keys()) {
    origins.set(`waivers.${at}`, { kind: 'file', text: placeOfOwn(`waivers.${at}`) });
  }
  const file = path.join(root, waiversFileName);
  if (!existsSync(file)) return;
  const source = await readConfigFile(file, label);
  const place = placeIn(source.lineOf, label);
  problems.push(...source.problems);
  const wrong = [...structuralProblems(source.value)];
  for (const { path: at, message } of wrong) problems.push({ where: place(at), path: at, message });
  if (source.problems.length > 0 || wrong.length > 0) return;
  if (!Array.isArray(source.value)) {
    const isEmpty = Object.keys(source.value as object).length === 0;
    if (!isEmpty) problems.push({ where: place(''), message: 'is not a list of waivers (- check: …)' });
    return;
  }
  const first = own?.length ?? 0;
  settings.waivers = [...(own ?? []), ...(soundCopy(source.value) as unknown[])];
  if (first === 0) origins.set('waivers', { kind: 'waivers-file', text: label });
  for (const [index, waiver] of source.value.entries()) {
    const take = (at: string, from: string) => origins.set(at, { kind: 'waivers-file', text: place(from) });
    take(`waivers.${first + index}`, `${index}`);
    const keys = typeof waiver === 'object' && waiver !== null ? Object.keys(waiver) : [];
    for (const key of keys) take(`waivers.${first + index}.${key}`, `${index}.${key}`);
  }
}

const header = `# Failures that do not fail a run until their end (a day is included, UTC). Remove what is repaired.\n`;

/**
 * Appends waivers to the file of the project and keeps what is there, comments included; returns the name of the file.
 * Throws a `Fault`: 73 if it cannot be written, 78 if nothing can be appended to what it holds, with the lines to add.
 */
export function addWaivers(root: string, waivers: readonly WaiverSetting[]): string {
  const file = path.join(root, waiversFileName);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const indent = /^( *)- /m.exec(before)?.[1] ?? '';
  const lines = waivers.flatMap((waiver) => linesOf(waiver, indent));
  const start = before === '' ? header : before.endsWith('\n') ? '' : '\n';
  const added = `${start}${lines.join('\n')}\n`;
  assertAppends(before, added, { waivers, lines });
  try {
    // One write at the end of the file, so that two runs at the same time both add theirs.
    appendFileSync(file, added);
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
  return waiversFileName;
}

function linesOf(waiver: WaiverSetting, indent: string): string[] {
  const entries = Object.entries(waiver).filter(([, value]) => value !== undefined);
  return entries.map(
    ([key, value], at) => `${indent}${at === 0 ? '- ' : '  '}${key}: ${scalar(value as string)}`,
  );
}

/** A plain scalar where every reader of YAML takes it for the same text. */
function scalar(text: string): string {
  return /^[a-z][\w./@-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(text)
    ? text
    : JSON.stringify(text);
}

function assertAppends(
  before: string,
  added: string,
  { waivers, lines }: { waivers: readonly WaiverSetting[]; lines: readonly string[] },
): void {
  const old = before === '' ? [] : (readYaml(before).value ?? []);
  let joined: unknown;
  try {
    joined = readYaml(before + added).value;
  } catch {
    joined = undefined;
  }
  if (isDeepStrictEqual(joined, [...(Array.isArray(old) ? old : []), ...waivers])) return;
  throw new Fault({
    code: 'waivers-not-added',
    message: `nothing can be appended to ${waiversFileName}: it does not end with a list in block style`,
    details: ['add these lines to its list:', ...lines],
    exitCode: ExitCode.config,
  });
}
