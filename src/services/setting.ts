import { parseDuration } from '../base/duration.ts';
import { described, number, strictMap, v } from '../base/schema.ts';

/** The parts that settings are made of. Messages complete the sentence "<path> …" and never repeat the value, which may be a secret. */

/** A setting with a default. */
export const setting = <Schema extends v.GenericSchema, const Fallback extends v.Default<Schema, undefined>>(
  schema: Schema,
  fallback: Fallback,
  about: string,
) => described(v.optional(schema, fallback), about);

/** A setting without a default. */
export const unset = <Schema extends v.GenericSchema>(schema: Schema, about: string) =>
  described(v.optional(schema), about);

/** Settings that each have a default, or may be left out. */
export const group = <const Entries extends v.ObjectEntries>(entries: Entries, about: string) => {
  const map = strictMap(entries);
  return setting(map, {} as v.InferInput<typeof map>, about);
};

/** A duration as a text or in milliseconds; its value is in milliseconds. */
export const duration = (fallback: string, about: string) =>
  setting(
    v.pipe(
      v.union([v.string(), number(0)]),
      v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
        const ms = typeof value === 'number' ? value : parseDuration(value);
        if (ms !== undefined) return ms;
        addIssue({ message: 'is not a duration (write 250ms, 5s or 2m)' });
        return NEVER;
      }),
    ),
    fallback,
    `${about} (250ms, 5s, 2m; a bare number is milliseconds)`,
  );

export const name = v.pipe(v.string(), v.minLength(1));

const noHttpUrl = 'is not an address that starts with http:// or https://';
export const httpUrl = v.pipe(v.string(), v.trim(), v.url(noHttpUrl), v.regex(/^https?:\/\//, noHttpUrl));

/** Usually a password with characters that a URL has to escape. */
const unreadableUrl = 'cannot be read as an address: its port, or a character to be written as %2F, %40, %23';

export const databaseUrl = v.pipe(
  v.string(),
  v.regex(/^postgres(ql)?(\+\w+)?:\/\//, 'is not an address that starts with postgresql://'),
  v.url(unreadableUrl),
  // `postgresql+asyncpg://` is the form of Python services that share the DATABASE_URL.
  v.transform((url) => url.replace(/^(postgres(?:ql)?)\+\w+:/, '$1:')),
);

export const cacheUrl = v.pipe(
  v.string(),
  v.regex(/^rediss?:\/\//, 'is not an address that starts with redis:// or rediss://'),
  v.url(unreadableUrl),
  v.check(hasDatabaseNumber, 'has a path that is no number of a database: redis://host:6379/0'),
);

const noTcpUrl = 'is not an address like tcp://host:port';
export const tcpUrl = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^tcp:\/\/[^/?#@]+:\d+\/?$/, noTcpUrl),
  v.url(noTcpUrl),
);
/** The path of an address of Redis is empty or the number of a database; so is its parameter `db`. */
function hasDatabaseNumber(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { pathname, searchParams } = new URL(url);
  return /^\/?\d*$/.test(pathname) && /^\d*$/.test(searchParams.get('db') ?? '');
}

export const urlPath = v.pipe(v.string(), v.regex(/^\//, 'is not a path that starts with /'));

export const enabled = setting(v.boolean(), true, 'Whether the stack has this service');

export const log = unset(
  v.union([
    strictMap({ file: described(v.string(), 'Path of a log file; rotation is followed') }),
    strictMap({ command: described(v.string(), 'Command whose output is the log') }),
  ]),
  'Where to read the log of an external service: { file } or { command }',
);
