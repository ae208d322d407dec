import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Check } from '../check/define-check.ts';
import { problemText } from './declared-document.ts';
import { readDocument } from './document.ts';
import { checkOfEntry } from './entry.ts';
import { TemplateProblem } from './go-template/problem.ts';
import { renderTemplate } from './go-template/render.ts';
import { DeclaredProblem } from './problem.ts';
import type { Scope } from './variables.ts';

type Resource = Record<string, unknown>;

/** goss's entry → ours: which fields are what it looks at; all others of `expects` are what is expected. */
interface Translation {
  kind: string;
  /** The entry's key and fields → the target. Throws `DeclaredProblem`. */
  target(key: string, resource: Resource): Resource;
  expects: readonly string[];
  /** Fields that are understood and belong to the target, or say nothing. */
  known: readonly string[];
  /** goss's default, in milliseconds. */
  timeoutMs?: number;
}

const translations: Record<string, Translation> = {
  http: {
    kind: 'http',
    target: (key, resource) => ({
      url: withCredentials(String(resource.url ?? key), resource),
      method: resource.method ?? 'GET',
      'follow-redirects': resource['no-follow-redirects'] !== true,
      'request-headers': isEmptyList(resource['request-headers']) ? undefined : resource['request-headers'],
      'request-body': resource['request-body'] === '' ? undefined : resource['request-body'],
    }),
    expects: ['status', 'headers', 'body'],
    known: [
      'url',
      'method',
      'no-follow-redirects',
      'request-headers',
      'request-body',
      'username',
      'password',
      'allow-insecure',
    ],
    timeoutMs: 5000,
  },
  addr: {
    kind: 'tcp',
    target: (key, resource) => {
      const match = /^(tcp[46]?):\/\/(.+):(\d+)$/.exec(String(resource.address ?? key));
      if (!match) throw new Unsupported(`the address ${key} is not tcp://host:port`);
      return { host: match[2]!.replace(/^\[|\]$/g, ''), port: Number(match[3]) };
    },
    expects: ['reachable'],
    known: ['address'],
    timeoutMs: 500,
  },
  port: {
    kind: 'port',
    target: (key, resource) => {
      const match = /^(?:(tcp6?|udp6?):)?(\d+)$/.exec(String(resource.port ?? key));
      if (!match) throw new DeclaredProblem([], `"${key}" is not a port (tcp:22)`);
      return { protocol: match[1] ?? 'tcp', port: Number(match[2]) };
    },
    expects: ['listening', 'ip'],
    known: ['port'],
  },
  dns: {
    kind: 'dns',
    target: (key, resource) => {
      const [, type, name] = /^(?:(A|AAAA|CAA|CNAME|MX|NS|PTR|SRV|TXT):)?(.+)$/.exec(
        String(resource.resolve ?? resource.resolveable ?? key),
      )!;
      if (type === 'CAA') throw new Unsupported('CAA records');
      return { name, type: type ?? 'any-address', server: resource.server || undefined };
    },
    expects: ['resolvable', 'addrs'],
    known: ['resolve', 'server'],
    timeoutMs: 500,
  },
  command: {
    kind: 'command',
    target: (key, resource) => ({ command: String(resource.exec ?? key) }),
    expects: ['exit-status', 'stdout', 'stderr'],
    known: ['exec'],
    timeoutMs: 10_000,
  },
  file: {
    kind: 'file',
    target: (key, resource) => ({ path: String(resource.path ?? key) }),
    expects: [
      'exists',
      'mode',
      'size',
      'owner',
      'group',
      'uid',
      'gid',
      'filetype',
      'linked-to',
      'sha256',
      'contents',
    ],
    known: ['path'],
  },
  process: {
    kind: 'process',
    target: (key, resource) => ({ name: String(resource.comm ?? key) }),
    expects: ['running'],
    known: ['comm'],
  },
  matching: {
    kind: 'matching',
    target: (_key, resource) => ({ content: resource.content }),
    expects: ['matches'],
    known: ['content'],
  },
};

const ofGoss = new Set(['package', 'service', 'user', 'group', 'interface', 'kernel-param', 'mount']);
const common = new Set(['title', 'meta', 'skip', 'timeout']);

/** Understood, and not possible here. The entry stays in the report as skipped, with the reason. */
class Unsupported extends Error {}

export interface GossfileResult {
  checks: Check[];
  notices: string[];
}

/** Reads a gossfile and those that it includes. Adds what is wrong to `problems`; what cannot be carried out is skipped by name. */
export async function readGossfile(
  file: string,
  shownName: string,
  scope: Scope,
  problems: string[],
  seen: ReadonlySet<string> = new Set(),
): Promise<GossfileResult> {
  const result: GossfileResult = { checks: [], notices: [] };
  let text: string;
  try {
    text = renderTemplate(await readFile(file, 'utf8'), { Vars: scope.vars, Env: scope.env });
  } catch (error) {
    problems.push(
      error instanceof TemplateProblem
        ? `${shownName}:${error.line}: ${error.message}`
        : `${shownName}: ${messageOf(error)}`,
    );
    return result;
  }
  const document = readDocument(shownName, text, problems);
  if (!document) return result;
  const top = (document.value ?? {}) as Record<string, Record<string, Resource | null> | null>;
  const used = new Map<string, number>();
  for (const [type, entries] of Object.entries(top)) {
    if (type === 'gossfile') {
      for (const [key, resource] of Object.entries(entries ?? {})) {
        if (resource?.skip === true) continue;
        const pattern = path.resolve(path.dirname(file), String(resource?.file ?? key));
        const files = expandGlob(pattern);
        if (files.length === 0) problems.push(`${document.where([type, key])}: no file is named ${key}`);
        for (const included of files) {
          if (seen.has(included) || included === file) continue;
          const inner = await readGossfile(
            included,
            path.relative(process.cwd(), included) || included,
            scope,
            problems,
            new Set([...seen, file]),
          );
          result.checks.push(...inner.checks);
          result.notices.push(...inner.notices);
        }
      }
      continue;
    }
    const translation = Object.hasOwn(translations, type) ? translations[type] : undefined;
    if (!translation && !ofGoss.has(type)) {
      problems.push(`${document.where([type])}: "${type}" is no test of a gossfile`);
      continue;
    }
    for (const [key, resource] of Object.entries(entries ?? {})) {
      const id = uniqueId(type, key, used);
      const source = document.where([type, key]);
      try {
        result.checks.push(checkOf(type, translation, key, resource ?? {}, id, source));
      } catch (error) {
        if (error instanceof Unsupported) {
          const reason = `not supported: ${error.message}`;
          result.notices.push(`${source}: ${type} "${key}": ${reason}`);
          result.checks.push(skipped(id, `${type}: ${key}`, reason, source));
        } else problems.push(problemText(document, [type, key], error));
      }
    }
  }
  return result;
}

function checkOf(
  type: string,
  translation: Translation | undefined,
  key: string,
  resource: Resource,
  id: string,
  source: string,
): Check {
  if (!translation) throw new Unsupported(`goss's "${type}" looks into the operating system, not at a stack`);
  if (resource['allow-insecure'] === true)
    throw new Unsupported('allow-insecure: certificates are always verified');
  for (const name of Object.keys(resource)) {
    if (!common.has(name) && !translation.known.includes(name) && !translation.expects.includes(name)) {
      throw new Unsupported(`"${name}" of ${type}`);
    }
  }
  const entry: Resource = { id, kind: translation.kind, ...defined(translation.target(key, resource)) };
  const title = resource.title ?? `${type}: ${key}`;
  entry.title = String(title).replace(/\s+/g, ' ').slice(0, 120);
  for (const name of translation.expects) {
    // `goss add` writes empty lists, which expect nothing.
    if (name in resource && !isEmptyList(resource[name])) entry[name] = fileValue(name, resource[name]);
  }
  if (resource.skip === true) entry.skip = '"skip" in the gossfile';
  const timeout = Number(resource.timeout ?? translation.timeoutMs ?? 0);
  if (timeout > 0) entry.timeout = Math.max(timeout, 100);
  return checkOfEntry(entry, source);
}

function skipped(id: string, title: string, reason: string, source: string): Check {
  return checkOfEntry(
    { id, kind: 'matching', title: title.replace(/\s+/g, ' ').slice(0, 120), content: null, skip: reason },
    source,
  );
}

/** YAML reads `mode: 0644` as a number; goss's users mean the text. */
function fileValue(name: string, value: unknown): unknown {
  return name === 'mode' && typeof value === 'number' ? `0${value}` : value;
}

function withCredentials(url: string, { username, password }: Resource): string {
  if (!username || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(String(username));
  parsed.password = encodeURIComponent(String(password ?? ''));
  return parsed.href;
}

function defined(record: Resource): Resource {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function uniqueId(type: string, key: string, used: Map<string, number>): string {
  const slug =
    key
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/[^\w.]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80) || 'entry';
  const id = `goss-${type}/${slug}`;
  const count = (used.get(id) ?? 0) + 1;
  used.set(id, count);
  return count === 1 ? id : `${id}-${count}`;
}

/** `*` in the last part of a path; anything else is a name. */
function expandGlob(pattern: string): string[] {
  const name = path.basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const rule = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  );
  try {
    return readdirSync(path.dirname(pattern))
      .filter((each) => rule.test(each))
      .sort()
      .map((each) => path.join(path.dirname(pattern), each));
  } catch {
    return [];
  }
}
