import type { Parts } from './parts.ts';

export const logs: Parts = {
  uses: 'api',
  after: 'api/starts',
  options: `text: option(v.string(), 'OpenTelemetry initialized', 'What the log shows'),`,
  codes: `absent: { means: 'no line has the text', hint: 'meatymusic logs api' },`,
  sabotage: `{
      name: 'the log is empty',
      code: 'absent',
      kind: 'logs',
      service: 'api',
      change: 'drop',
    },`,
  run: `const access = await logs.available({ service: 'api' });
    if (!access.available) return skip('the log of the API cannot be read from here', access.enable);
    const { matched, source } = await logs.find({ service: 'api', contains: options.text });
    if (matched === 0) {
      return fail('absent', { expected: \`a line with "\${options.text}"\`, actual: \`none in \${source}\` });
    }
    return pass(\`\${matched} lines in \${source}\`, { count: matched, what: 'lines' });`,
  passes: `{
        when: 'a line has it',
        probes: { logs: { available, find: { source: 'api.log', scanned: 9, matched: 1, records: [] } } },
      }`,
  fails: `{
        when: 'no line has it',
        code: 'absent',
        probes: { logs: { available, find: { source: 'api.log', scanned: 9, matched: 0, records: [] } } },
      },`,
  helpers: `
const available = { available: true, source: 'api.log' };
`,
};
