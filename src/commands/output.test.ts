import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import { createOutput } from './output.ts';

/** What is written to the stream. */
async function written(write: (output: ReturnType<typeof createOutput>) => Promise<void>): Promise<string> {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await write(outputOn(stream));
  return Buffer.concat(chunks).toString();
}

const outputOf = (stream: { isTTY?: boolean; columns?: number }, env: Record<string, string> = {}) =>
  outputOn(Object.assign(new PassThrough(), stream), env);

const outputOn = (stream: PassThrough, env: Record<string, string> = {}) =>
  createOutput(stream as unknown as NodeJS.WriteStream, {
    redact: createRedactor('hunter2hunter2'),
    env,
    plain: false,
    signal: new AbortController().signal,
    onLost() {},
  });

it('is as wide as the window, also where nothing may be redrawn or coloured', () => {
  expect(outputOf({ isTTY: true, columns: 40 })).toMatchObject({
    columns: 40,
    isTerminal: true,
    color: true,
  });
  const plain = { columns: 40, isTerminal: false, color: false };
  expect(outputOf({ isTTY: true, columns: 40 }, { NO_COLOR: '1' })).toMatchObject(plain);
  expect(outputOf({ isTTY: true, columns: 40 }, { TERM: 'dumb' })).toMatchObject(plain);
});

it('takes lines of any length where there is no window', () => {
  expect(outputOf({}).columns).toBe(Number.POSITIVE_INFINITY);
});

const hostile = [
  '::error file=x::owned',
  '  ::warning::owned',
  'x\n::set-output name=a::b',
  '::add-mask::a',
  '::stop-commands::token',
  '##[error]owned',
  '::endgroup::',
  'x ##vso[task.setvariable variable=a]b',
  "##teamcity[buildStatus status='FAILURE']",
  'a\u202eb\u009b31mc\u200bd',
];

it.each(hostile)(
  'makes inert what commands the runner of a CI job or steers a terminal: %j',
  async (text) => {
    const shown = await written((output) => output.write(`${text}\n`));
    expect(shown).not.toMatch(/^\s*::[a-z]|##(\[|vso|teamcity)|[\u0080-\u009f\u202e\u200b]/m);
    expect(JSON.parse(`"${shown.replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`)).toBe(`${text}\n`);
  },
);

it('leaves other text as it is', async () => {
  const text =
    'select 1\n  ::regclass::text\n## Title\n[::1]:80 C::method std::string::npos \x1b[31mred\x1b[0m\n';
  expect(await written((output) => output.write(text))).toBe(text);
});

it('lets commands through that are meant, without secrets', async () => {
  expect(await written((output) => output.writeCommands('::error title=a::hunter2hunter2\n'))).toBe(
    '::error title=a::[redacted]\n',
  );
});
