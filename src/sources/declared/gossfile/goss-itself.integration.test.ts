import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gossMissing, gossRender, gossValidate } from '../../../testing/goss.ts';
import { table, texts } from '../../../testing/matcher-cases.ts';
import { refused, rendered, templateData } from '../../../testing/template-cases.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-goss-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(content: unknown): string {
  const absolute = path.join(folder, 'goss.yaml');
  writeFileSync(absolute, typeof content === 'string' ? content : JSON.stringify(content));
  return absolute;
}

/** What `src/testing` says that we do is what goss does. */
describe.skipIf(gossMissing)(`goss itself${gossMissing ? ` (skipped: ${gossMissing})` : ''}`, () => {
  const verdictsOf = async (document: unknown, property: string): Promise<boolean[]> =>
    (await gossValidate(file(document)))
      .filter((result) => result.property === property)
      .sort((a, b) => Number.parseInt(a['resource-id'], 10) - Number.parseInt(b['resource-id'], 10))
      .map(({ result }) => result === 0);

  test('judges values as we do', async () => {
    const matching = Object.fromEntries(
      table.map(([content, matches], index) => [String(index), { content, matches }]),
    );
    expect(await verdictsOf({ matching }, 'matches')).toEqual(table.map(([, , holds]) => holds));
  });

  test('judges output as we do', async () => {
    const command = Object.fromEntries(
      texts.map(([text, stdout], index) => [
        String(index),
        { exec: `printf '%s' '${text}'`, 'exit-status': 0, stdout },
      ]),
    );
    expect(await verdictsOf({ command }, 'stdout')).toEqual(texts.map(([, , holds]) => holds));
  });

  const given = { vars: templateData.Vars, env: templateData.Env };
  const inFile = (template: string, key: number) =>
    `  '${key}':\n    matches: x\n    content: |-\n      >>${template}<<\n`;

  test('renders templates as we do', async () => {
    const text = `matching:\n${rendered.map(([template], index) => inFile(template, index)).join('')}`;
    const { matching } = load((await gossRender(file(text), given)) ?? '') as {
      matching: Record<string, { content: string }>;
    };
    expect(rendered.map((_each, index) => matching[index]?.content)).toEqual(
      rendered.map(([, output]) => `>>${output}<<`),
    );
  });

  test.each(refused)('refuses the template %s', async (template) => {
    const rendering = await gossRender(file(`matching:\n${inFile(template, 0)}`), given);
    expect(rendering).toBeUndefined();
  });
});
