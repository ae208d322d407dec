import { excerpt } from '../../../base/safe-text.ts';
import { described, integer, mapOf, v } from '../../../base/schema.ts';
import { attempt, fact } from '../../../check/exchange.ts';
import type { CommandResult } from '../../../check/probes.ts';
import { defineKind } from '../kind.ts';
import { TextLines } from '../matchers/text-lines.ts';

/** Of an output, the end is shown. */
const tailLength = 2048;

export const commandKind = defineKind({
  name: 'command',
  about: 'A command, its exit status and its output',
  needs: ['command'],
  target: {
    command: described(
      v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]),
      'A string is for /bin/sh, a list is run without a shell',
    ),
    cwd: described(v.optional(v.string()), 'Folder to run in'),
    env: described(v.optional(mapOf(v.string()), {}), 'Further variables'),
    stdin: described(v.optional(v.string()), 'What it reads'),
    'read-only': described(
      v.optional(v.boolean(), false),
      'Whether it only reads; without this, a read-only run skips it',
    ),
    'command-timeout': described(v.optional(integer(1)), 'Milliseconds for the command'),
  },
  attributes: {
    'exit-status': 'Exit status',
    stdout: 'Output',
    stderr: 'Errors',
    signal: 'Signal that ended it',
    'duration-ms': 'Milliseconds',
  },
  effects: (target) => (target['read-only'] ? 'none' : 'temporary'),
  title: ({ command }) =>
    excerpt(`command ${Array.isArray(command) ? command.join(' ') : command}`.split('\n')[0]!, 80),
  async observe({ target, probes: { command }, expected }) {
    const { value, failure } = await attempt(
      command.run({
        command: target.command as string | [string, ...string[]],
        env: target.env,
        ...(target.cwd ? { cwd: target.cwd } : {}),
        ...(target.stdin === undefined ? {} : { stdin: target.stdin }),
        ...(target['command-timeout'] ? { timeoutMs: target['command-timeout'] } : {}),
      }),
    );
    const isRead = expected.has('stdout') || expected.has('stderr');
    const unread = value && isRead ? unreadPart(value) : undefined;
    return {
      attributes: value
        ? {
            'exit-status': value.exitCode ?? -1,
            // What was left out could be what must not be there.
            ...(unread ? {} : { stdout: new TextLines(value.stdout), stderr: new TextLines(value.stderr) }),
            signal: value.signal ?? '',
            'duration-ms': value.durationMs,
          }
        : {},
      examined: { count: 1, what: 'command' },
      evidence: value
        ? [
            fact('exit status', String(value.exitCode ?? value.signal)),
            fact('stdout', excerpt(value.stdout, tailLength, { from: 'end' })),
            fact('stderr', excerpt(value.stderr, tailLength, { from: 'end' })),
          ]
        : [fact('command', failure?.message ?? '')],
      ...(failure ? { failure } : {}),
      ...(unread ? { failure: unread } : {}),
    };
  },
});

/** Why the output is not judged: all of it was not seen. */
function unreadPart({ truncated, unended }: CommandResult) {
  if (truncated) return { code: 'TOO_LONG', message: 'its output is longer than 16 MiB' };
  if (!unended) return undefined;
  return {
    code: 'NOT_ENDED',
    message: 'a process that it started keeps its output open, so that the end was not seen',
  };
}

/** Files up to here are judged by their text. */
const maxContentBytes = 16 * 1024 * 1024;
const checksums = ['md5', 'sha256', 'sha512'] as const;

export const fileKind = defineKind({
  name: 'file',
  about: 'A file, folder or link',
  needs: ['file'],
  target: { path: described(v.string(), 'Path') },
  attributes: {
    exists: 'Whether it is there',
    filetype: '`file`, `directory`, `symlink`, `socket`, `pipe`, `character-device`, `block-device`',
    mode: '`0644`',
    size: 'Bytes',
    owner: 'Name of the owner',
    group: 'Name of the group',
    uid: 'Number of the owner',
    gid: 'Number of the group',
    'linked-to': 'Where the link leads',
    md5: 'Checksum',
    sha256: 'Checksum',
    sha512: 'Checksum',
    contents: 'Text of the file, up to 16 MiB',
  },
  presence: 'exists',
  title: ({ path }) => `file ${path}`,
  async observe({ target: { path }, probes: { file }, expected }) {
    const wanted = checksums.filter((name) => expected.has(name));
    const { value, failure } = await attempt(file.stat({ path, checksums: wanted }));
    const examined = { count: 1, what: 'path' };
    if (!value) return { attributes: {}, examined, evidence: [fact(path, failure.message)], failure };
    if (!value.exists)
      return { attributes: { exists: false }, examined, evidence: [fact(path, 'is not there')] };
    const read =
      expected.has('contents') && value.type !== 'directory'
        ? await attempt(file.read({ path, maxBytes: maxContentBytes }))
        : undefined;
    const tooLong = read?.value?.truncated
      ? { code: 'TOO_LONG', message: `${path} is longer than 16 MiB` }
      : undefined;
    const unread = read?.failure ?? tooLong;
    return {
      attributes: {
        exists: true,
        filetype: value.type,
        mode: value.mode,
        size: value.size,
        owner: value.owner,
        group: value.group,
        uid: value.uid,
        gid: value.gid,
        'linked-to': value.linkedTo,
        ...value.checksums,
        contents: read?.value && !tooLong ? new TextLines(read.value.text) : undefined,
      },
      examined,
      evidence: [
        fact(
          path,
          `${value.type}, mode ${value.mode}, ${value.size} bytes, ${value.owner ?? value.uid}:${value.group ?? value.gid}`,
        ),
      ],
      ...(unread ? { failure: unread } : {}),
    };
  },
});

export const processKind = defineKind({
  name: 'process',
  about: 'Whether a process runs',
  needs: ['process'],
  target: { name: described(v.string(), 'Name of the program') },
  attributes: { running: 'Whether one runs', count: 'How many run', pids: 'Their numbers' },
  title: ({ name }) => `process ${name}`,
  async observe({ target: { name }, probes }) {
    const { value, failure } = await attempt(probes.process.find({ name }));
    return {
      attributes: value ? { running: value.running, count: value.pids.length, pids: value.pids } : {},
      examined: { count: 1, what: 'list of processes' },
      evidence: [fact(name, value ? value.pids.join(', ') || 'does not run' : failure.message)],
      ...(failure ? { failure } : {}),
    };
  },
});

/** A value in the file itself: for templates and variables. */
export const matchingKind = defineKind({
  name: 'matching',
  about: 'A value of the file itself, mostly a variable',
  needs: [],
  target: { content: described(v.unknown(), 'The value') },
  attributes: { matches: 'What is expected of it' },
  title: () => 'a value',
  async observe({ target: { content } }) {
    return {
      attributes: { matches: content },
      examined: { count: 1, what: 'value' },
      evidence: [fact('content', JSON.stringify(content) ?? 'nothing')],
    };
  },
});
