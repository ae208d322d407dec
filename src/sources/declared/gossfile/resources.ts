import { readFileSync } from 'node:fs';
import { DeclaredProblem } from '../problem.ts';
import { Unsupported } from './unsupported.ts';

/** The fields of an entry of a gossfile. */
export type Resource = Record<string, unknown>;

/** goss's entry → ours: which fields are what it looks at, and which are what is expected. */
export interface Translation {
  kind: string;
  /** The entry's key and fields → the target. Throws `DeclaredProblem`. */
  target(key: string, resource: Resource): Resource;
  expects: readonly string[];
  /** Names of other versions of goss → today's. */
  formerly?: Readonly<Record<string, string>>;
  /** Fields that are understood and belong to the target, or say nothing. */
  known: readonly string[];
  /** Fields of goss that cannot be judged here. */
  unsupported?: readonly string[];
  /** goss's default, in milliseconds. */
  timeoutMs?: number;
}

const http: Translation = {
  kind: 'http',
  target: (key, resource) => {
    if (resource.proxy) throw new Unsupported('"proxy" of http');
    return {
      url: withCredentials(String(resource.url ?? key), resource),
      method: resource.method || 'GET',
      'follow-redirects': resource['no-follow-redirects'] !== true,
      'request-headers': isEmptyList(resource['request-headers']) ? undefined : resource['request-headers'],
      'request-body': resource['request-body'] || undefined,
      'allow-insecure': resource['allow-insecure'] || undefined,
      'ca-file': resource['ca-file'] || undefined,
      'cert-file': resource['cert-file'] || undefined,
      'key-file': resource['key-file'] || undefined,
    };
  },
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
    'ca-file',
    'cert-file',
    'key-file',
    'proxy',
  ],
  timeoutMs: 5000,
};

const addr: Translation = {
  kind: 'tcp',
  target: (key, resource) => {
    const address = String(resource.address ?? key);
    const match = /^(?:tcp([46]?):\/\/)?([^/]+):(\d+)$/.exec(address);
    if (!match) throw new Unsupported(`the address ${address} is not tcp://host:port`);
    const [, family, host = '', port] = match;
    return {
      host: host.replace(/^\[|\]$/g, ''),
      port: Number(port),
      family: family ? Number(family) : undefined,
      'local-address': resource['local-address'] || undefined,
    };
  },
  expects: ['reachable'],
  known: ['address', 'local-address'],
  timeoutMs: 500,
};

const port: Translation = {
  kind: 'port',
  target: (key, resource) => {
    const match = /^(?:(tcp6?|udp6?):)?(\d+)$/.exec(String(resource.port ?? key));
    if (!match) throw new DeclaredProblem([], `"${key}" is not a port (tcp:22)`);
    return { protocol: match[1] ?? 'tcp', port: Number(match[2]) };
  },
  expects: ['listening', 'ip'],
  known: ['port'],
};

const dns: Translation = {
  kind: 'dns',
  target: (key, resource) => {
    const [, type, name] = /^(?:(A|AAAA|CAA|CNAME|MX|NS|PTR|SRV|TXT):)?(.+)$/.exec(
      String(resource.resolve ?? key),
    )!;
    const server = resource.server ? String(resource.server) : undefined;
    // Without a name server, goss asks the system and leaves the type out.
    return server
      ? { name, type: type ?? 'any-address', server, 'trailing-dot': true }
      : { name, type: 'any-address' };
  },
  expects: ['resolvable', 'addrs'],
  formerly: { resolveable: 'resolvable' },
  known: ['resolve', 'server'],
  timeoutMs: 500,
};

const command: Translation = {
  kind: 'command',
  target: (key, resource) => ({
    command: String(resource.exec ?? key),
    'read-only': isMarkedReadOnly(resource),
  }),
  expects: ['exit-status', 'stdout', 'stderr'],
  known: ['exec'],
  timeoutMs: 10_000,
};

const file: Translation = {
  kind: 'file',
  target: (key, resource) => ({ path: atHome(String(resource.path ?? key)) }),
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
    'md5',
    'sha256',
    'sha512',
    'contents',
  ],
  formerly: { contains: 'contents' },
  known: ['path'],
};

const named = (field: string, target: string) => (key: string, resource: Resource) => ({
  [target]: String(resource[field] ?? key),
});

export const translations: Readonly<Record<string, Translation>> = {
  http,
  addr,
  port,
  dns,
  command,
  file,
  process: { kind: 'process', target: named('comm', 'name'), expects: ['running'], known: ['comm'] },
  matching: {
    kind: 'matching',
    target: (_key, resource) => ({ content: resource.content }),
    expects: ['matches'],
    known: ['content'],
  },
  user: {
    kind: 'user',
    target: named('username', 'username'),
    expects: ['exists', 'uid', 'gid', 'groups', 'home', 'shell'],
    known: ['username'],
  },
  group: {
    kind: 'group',
    target: named('groupname', 'groupname'),
    expects: ['exists', 'gid'],
    known: ['groupname'],
  },
  package: {
    kind: 'package',
    target: named('name', 'package'),
    expects: ['installed', 'versions'],
    known: ['name'],
  },
  service: {
    kind: 'service',
    target: named('name', 'service'),
    expects: ['enabled', 'running'],
    known: ['name'],
    unsupported: ['runlevels'],
  },
  mount: {
    kind: 'mount',
    target: named('mountpoint', 'mountpoint'),
    expects: ['exists', 'opts', 'vfs-opts', 'source', 'filesystem'],
    known: ['mountpoint', 'timeout'],
    unsupported: ['usage'],
  },
  interface: {
    kind: 'interface',
    target: named('name', 'interface'),
    expects: ['exists', 'addrs', 'mtu'],
    known: ['name'],
  },
  'kernel-param': {
    kind: 'kernel-param',
    target: named('name', 'parameter'),
    expects: ['value'],
    known: ['name'],
  },
};

export function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function withCredentials(url: string, { username, password }: Resource): string {
  if (!username || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = encodeURIComponent(String(username));
  parsed.password = encodeURIComponent(String(password ?? ''));
  return parsed.href;
}

/** `~/x` and `~name/x`, by `/etc/passwd`. */
function atHome(path: string): string {
  const [, name = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(path) ?? [];
  if (!path.startsWith('~')) return path;
  if (name === '') return `${process.env.HOME ?? ''}${rest}`;
  const user = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === name);
  if (!user) throw new Unsupported(`there is no user ${name}, whose folder "${path}" asks for`);
  return `${user[5]}${rest}`;
}

/** goss leaves `meta` to its users: `meta: { read-only: true }`. */
function isMarkedReadOnly({ meta }: Resource): boolean | undefined {
  return (meta as Resource | null | undefined)?.['read-only'] === true || undefined;
}
