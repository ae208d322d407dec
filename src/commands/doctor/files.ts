import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../base/errors.ts';
import type { Project } from '../../config/project.ts';
import { analyseFile } from '../../logs/analyse-log.ts';
import { decodeToken } from '../../probes/jws.ts';
import { enabledServices, settingsOf } from '../../services/index.ts';
import type { Finding } from './finding.ts';

/** Of a log, this much of its end is judged. */
const judgedBytes = 256 * 1024;
const withinMs = 5000;
/** A log that is older does not grow while the service is used. */
const quietMs = 10 * 60_000;
const soonMs = 10 * 60_000;

/** Looks at the configured log files and at the token and key of `auth`; no part of a token is reported. */
export async function examineFiles({ config, root }: Project, signal: AbortSignal): Promise<Finding[]> {
  const logs = enabledServices(config.services).flatMap((service) => {
    const { log } = settingsOf(config.services, service);
    return log && 'file' in log ? [examineLog(service, path.resolve(root, log.file), signal)] : [];
  });
  const { token, signingKeyFile } = config.auth;
  return Promise.all([
    ...logs,
    ...(token === undefined ? [] : [examineToken(token, Date.now())]),
    ...(signingKeyFile === undefined ? [] : [examineKey(path.resolve(root, signingKeyFile))]),
  ]);
}

async function examineLog(service: string, file: string, signal: AbortSignal): Promise<Finding> {
  const name = `log of ${service}`;
  const setting = `services.${service}.log.file`;
  try {
    await access(file, constants.R_OK);
    const { mtimeMs, size } = await stat(file);
    const end = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const { lines, structured } = await analyseFile(
      file,
      { rules: [] },
      { signal: end, lastBytes: judgedBytes },
    );
    const quietForMs = Date.now() - mtimeMs;
    const counted = `${file}: ${structured} of ${size > judgedBytes ? 'the last ' : ''}${lines} lines structured`;
    if (lines === 0)
      return note(`${file} is empty`, `use ${service} once; a log that stays empty is another file's`);
    if (structured === 0) return note(counted, `have ${service} log JSON lines; checks of its log fail`);
    if (quietForMs > quietMs) {
      const minutes = Math.round(quietForMs / 60_000);
      return note(
        `${counted}, the last one ${minutes} minutes ago`,
        `use ${service} once: if the file does not grow, correct ${setting}`,
      );
    }
    return { name, state: 'ok', found: counted };
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    const found =
      code === 'ENOENT'
        ? `there is no file ${file}`
        : code === 'EACCES'
          ? `${file} cannot be read`
          : messageOf(error);
    const fix =
      code === 'EACCES'
        ? `chmod o+r '${file}', or run meatymusic as its owner`
        : `correct ${setting}; relative paths start at the configuration`;
    return { name, state: 'bad', found, fix };
  }

  function note(found: string, fix: string): Finding {
    return { name, state: 'note', found, fix };
  }
}

/** Judges form and times alone: whether the API accepts it is the question of the checks. */
export function examineToken(token: string, nowMs: number): Finding {
  const name = 'auth.token';
  const renew = 'get a new token and set MEATYMUSIC_AUTH_TOKEN or auth.token';
  if (/^Bearer\b/i.test(token.trim()))
    return { name, state: 'bad', found: 'it starts with "Bearer"', fix: 'give the token alone' };
  if (/\s/.test(token.trim()))
    return { name, state: 'bad', found: 'it contains a blank or a line break', fix: renew };
  const decoded = decodeToken(token.trim());
  if (!decoded) {
    return token.split('.').length === 3
      ? {
          name,
          state: 'bad',
          found: 'it has the three parts of a JWT, and one of them cannot be decoded',
          fix: renew,
        }
      : { name, state: 'ok', found: 'no JWT; its form and time cannot be judged' };
  }
  const { exp, nbf } = decoded.claims;
  const expiresMs = typeof exp === 'number' ? exp * 1000 : undefined;
  if (exp !== undefined && expiresMs === undefined)
    return { name, state: 'bad', found: 'its exp is not a number', fix: renew };
  if (typeof nbf === 'number' && nbf * 1000 > nowMs)
    return { name, state: 'bad', found: `it is valid from ${dateOf(nbf * 1000)} on`, fix: renew };
  if (expiresMs === undefined) return { name, state: 'ok', found: 'a JWT that does not expire' };
  if (expiresMs <= nowMs)
    return { name, state: 'bad', found: `it expired on ${dateOf(expiresMs)}`, fix: renew };
  const found = `a JWT that expires on ${dateOf(expiresMs)}`;
  return expiresMs - nowMs < soonMs
    ? { name, state: 'note', found, fix: renew }
    : { name, state: 'ok', found };
}

function dateOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'a date that does not exist' : date.toISOString();
}

async function examineKey(file: string): Promise<Finding> {
  const name = 'auth.signingKeyFile';
  try {
    await access(file, constants.R_OK);
    return { name, state: 'ok', found: file };
  } catch {
    return {
      name,
      state: 'bad',
      found: `${file} cannot be read`,
      fix: `correct ${name}; relative paths start at the configuration`,
    };
  }
}
