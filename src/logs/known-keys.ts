import { fieldNames, nests, type Role, requestFields, roles } from './fields.ts';
import { frameFields, payloadNames } from './frame-fields.ts';

/** Fields that distinguish the shapes of loggers; each has a bit. */
export const shapeFields = [
  'resourceLogs',
  'severity_number',
  'severityNumber',
  'SeverityNumber',
  'body',
  'Body',
  'ecs.version',
  'ecs',
  '@timestamp',
  'log.level',
  'logger_name',
  'level_value',
  'v',
  'hostname',
  'name',
  'msg',
  'level',
  'time',
  'pid',
  'ts',
  'event',
  'timestamp',
  'message',
  'levelname',
  'asctime',
  'taskName',
  'severity',
  'jsonPayload',
  'loggerName',
  'args',
  '@mt',
] as const;

export const maxRequiredFields = 16;
export const maxConditions = 8;
const requestBit = 30;
/** In the mask of required fields: one of `requestFields` is present. */
export const requestMask = 1 << requestBit;

/** Meaning of a key for the scan. Numbers are kept flat, for the inner loop. */
export interface KnownKey {
  name: string;
  bytes: Uint8Array;
  /** Index of its role at the top of a line, or -1. */
  role: number;
  /** Preference among the names of the role; lower wins. */
  priority: number;
  /** Bit in the mask of fields that distinguish shapes. */
  shapeBit: number;
  /** Bit in the mask of fields that distinguish frames. */
  frameBit: number;
  /** Bit in the mask of required fields. */
  requiredBit: number;
  /** The index of a nest, or -1. */
  nest: number;
  /** Whether a value under this name, in whatever case, is a secret. */
  secret: boolean;
}

/** Names under which secrets are logged; compared without case. */
const secretNames = [
  'password',
  'passwd',
  'pwd',
  'secret',
  'client_secret',
  'clientSecret',
  'token',
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'id_token',
  'idToken',
  'api_key',
  'apiKey',
  'apikey',
  'x-api-key',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'private_key',
  'privateKey',
  'session_id_secret',
  'connection_string',
  'connectionString',
];

/** Keys by a hash that ignores case, so that one serves roles, secrets and duplicates. */
export class KnownKeys {
  readonly #buckets: (KnownKey[] | undefined)[] = new Array(1024);

  /** `wanted`: names that get a bit each. */
  constructor(wanted: readonly string[] = []) {
    roles.forEach((role, index) => {
      fieldNames[role].forEach((name, priority) => {
        Object.assign(this.#key(name), { role: index, priority });
      });
    });
    shapeFields.forEach((name, bit) => {
      this.#key(name).shapeBit = 1 << bit;
    });
    frameFields.forEach((name, bit) => {
      this.#key(name).frameBit = 1 << bit;
    });
    payloadNames.forEach((name, priority) => {
      Object.assign(this.#key(name), { role: roles.length, priority });
    });
    nests.forEach((name, index) => {
      this.#key(name).nest = index;
    });
    for (const name of secretNames) this.#key(name).secret = true;
    wanted.slice(0, requestBit).forEach((name, bit) => {
      this.#key(name).requiredBit |= 1 << bit;
    });
    for (const name of requestFields) this.#key(name).requiredBit |= requestMask;
  }

  /** The key with this name, or one that is a secret under this name in another case. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): KnownKey | undefined {
    const bucket = this.#buckets[hash & 1023];
    if (bucket === undefined) return undefined;
    for (let index = 0; index < bucket.length; index++) {
      const key = bucket[index]!;
      if (key.bytes.length === end - start && equals(key, bytes, start)) return key;
    }
    return undefined;
  }

  #key(name: string): KnownKey {
    const bytes = new TextEncoder().encode(name);
    const hash = hashOf(bytes, new DataView(bytes.buffer), 0, bytes.length);
    this.#buckets[hash & 1023] ??= [];
    const bucket = this.#buckets[hash & 1023]!;
    let key = bucket.find((each) => each.name === name);
    if (!key) {
      key = {
        name,
        bytes,
        role: -1,
        priority: 0,
        shapeBit: 0,
        frameBit: 0,
        requiredBit: 0,
        nest: -1,
        secret: false,
      };
      bucket.push(key);
    }
    return key;
  }
}

function equals(key: KnownKey, bytes: Uint8Array, start: number): boolean {
  const name = key.bytes;
  if (key.secret) {
    for (let at = 0; at < name.length; at++) {
      if ((name[at]! | 0x20) !== (bytes[start + at]! | 0x20)) return false;
    }
    return true;
  }
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false;
  return true;
}

/** Of the first and last four bytes and the length, in lower case: two loads, however long the key. */
export function hashOf(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  const length = end - start;
  let mixed: number;
  if (length >= 4) {
    mixed =
      Math.imul(view.getInt32(start, true) | 0x20202020, 0x9e3779b1) ^
      Math.imul(view.getInt32(end - 4, true) | 0x20202020, 0x85ebca6b);
  } else {
    mixed = 0;
    for (let at = start; at < end; at++) mixed = Math.imul(mixed ^ (bytes[at]! | 0x20), 0x9e3779b1);
  }
  mixed = (mixed ^ Math.imul(length, 0xc2b2ae35)) | 0;
  return mixed ^ (mixed >>> 15);
}

/** Roles of a scan: those of fields, and the text that a frame holds, whose index is the last. */
export const scannedRoles = roles.length + 1;
export const payloadRole = roles.length;

export const roleIndex = Object.fromEntries(roles.map((role, index) => [role, index])) as Record<
  Role,
  number
>;
