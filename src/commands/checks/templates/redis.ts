import type { Parts } from './parts.ts';

export const redis: Parts = {
  uses: 'cache',
  after: 'cache/ping',
  options: `key: option(v.string(), 'example', 'Key to look for'),`,
  codes: `'no-answer': { means: 'the command fails', hint: 'meatymusic status' },
    wrong: { means: 'the key has another type than expected', hint: 'redis-cli type example' },`,
  sabotage: `{
      name: 'the key is a list',
      code: 'wrong',
      kind: 'redis',
      break: [['RPUSH', 'example', '1']],
      restore: [['DEL', 'example']],
    },`,
  run: `const expected = \`\${options.key} is absent or a string\`;
    try {
      const { reply } = await redis.command({ name: 'TYPE', args: [options.key] });
      if (reply !== 'none' && reply !== 'string') {
        return fail('wrong', { expected, actual: \`it is a \${reply}\` });
      }
      return pass(\`\${options.key}: \${reply}\`, { count: 1, what: 'reply' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('no-answer', { expected, actual: error.message });
    }`,
  passes: `{
        when: 'the key is a string',
        probes: { redis: { command: { reply: 'string', durationMs: 1, address: '127.0.0.1:6379' } } },
      }`,
  fails: `{
        when: 'the key is a list',
        code: 'wrong',
        probes: { redis: { command: { reply: 'list', durationMs: 1, address: '127.0.0.1:6379' } } },
      },
      {
        when: 'the server refuses',
        code: 'no-answer',
        probes: { redis: { command: new ProbeError('NOAUTH', 'NOAUTH Authentication required.') } },
      },`,
  helpers: '',
};
