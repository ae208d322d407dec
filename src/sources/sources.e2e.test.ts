import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeProject, notBuilt, type TestProject } from '../testing/project.ts';

const check = (more = '') => `{
  title: 'It is open', failureTitle: 'It is closed', why: 'Customers come in.', needs: [],
  codes: { closed: { means: 'it is closed', hint: 'open it' } },
  async run({ pass, fail }) { return fail('closed', { expected: 'open', actual: 'closed' }); },
  ${more}
}`;

describe.skipIf(notBuilt)(
  `checks of every source on the command line${notBuilt ? ` (skipped: ${notBuilt})` : ''}`,
  () => {
    let project: TestProject;
    beforeEach(async () => {
      project = await makeProject({
        runtime: 'external',
        checks: ['mine'],
        checkFiles: ['checks.yaml'],
        plugins: ['./plugin.ts'],
      });
      write('mine/shop/open.ts', `export default ${check()};`);
      write('checks.yaml', 'checks: [{ id: yaml/one, kind: matching, content: 1, matches: 1 }]');
      write('plugin.ts', `export default { checks: { 'plugin/one': ${check()} } };`);
    });
    afterEach(() => project.remove());

    function write(name: string, text: string) {
      mkdirSync(path.dirname(project.file(name)), { recursive: true });
      writeFileSync(project.file(name), text);
    }

    it('runs the checks of each', async () => {
      const { checks } = await project.json(['verify', 'shop', 'yaml', 'plugin']);
      expect((checks as { id: string; status: string }[]).map(({ id, status }) => [id, status])).toEqual([
        ['plugin/one', 'fail'],
        ['shop/open', 'fail'],
        ['yaml/one', 'pass'],
      ]);
    });

    it('refuses invalid definitions of all at once, each with its source, and 78', async () => {
      write('mine/shop/open.ts', `export default ${check("needs: 'http', title: ''")};`);
      write('mine/shop/throws.ts', 'throw new Error("boom");');
      write(
        'plugin.ts',
        `export default { kinds: {}, checks: {
          'plugin/one': ${check("level: 'Required', after: 'a/b', effects: 'some', codes: ['x'], options: []")},
          'api/health': ${check()},
          '/': ${check()},
        } };`,
      );
      write('checks.yaml', 'checks: [{ id: a/b, kind: htp }]');
      const { code, stdout, stderr } = await project.run(['verify']);
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr.replaceAll(project.folder, '…')).toMatchInlineSnapshot(`
        "error[bad-checks]: the checks cannot be loaded: 12 problems
          …/mine/shop/throws.ts: boom
          checks.yaml:1: there is no kind "htp"; did you mean "http"? (kind of a/b)
          plugin ./plugin.ts: "kinds" is no list; write: kinds: [defineServiceKind({ name, … })]
          …/mine/shop/open.ts: "title" is not a text
          …/mine/shop/open.ts: "needs" is not a list of texts
          ./plugin.ts: plugin/one: "codes" is no map of failure codes; write: codes: { name: { means, hint } }
          ./plugin.ts: plugin/one: "after" is not a list of texts
          ./plugin.ts: plugin/one: "options" is no map of options; write: options: { name: option(schema, default, description) }
          ./plugin.ts: plugin/one: "effects" is none of none, rolled-back, temporary, disruptive
          ./plugin.ts: plugin/one: "level" is none of required, advisory
          ./plugin.ts: /: the id is not <area>/<name>
          api/health: two checks have this id: checks/api/health.ts and ./plugin.ts
        "
      `);
    });

    it.each([
      ['throws when it is loaded', 'throw new Error("boom");', 'plugin ./plugin.ts: boom'],
      ['does not exist', undefined, 'plugin ./plugin.ts: '],
    ])('refuses a plugin that %s, with 78', async (_, text, message) => {
      if (text) write('plugin.ts', text);
      else rmSync(project.file('plugin.ts'));
      const { code, stderr } = await project.run(['verify']);
      expect(code).toBe(78);
      expect(stderr).toContain(message);
    });

    describe('reporters', () => {
      const csv = `import { defineReporter } from 'meatymusic';
export default defineReporter({
  name: 'csv',
  render: (result, { columns }) => {
    const { checks } = result;
    result.checks = [];
    return checks.map(({ id, status }) => [id, status, columns].join(',')).join('\\n');
  },
});`;

      it('of a file of the project, to a file and to standard output', async () => {
        write('csv.ts', csv);
        const toFile = ['--reporter', './csv.ts=out.csv', '--reporter', 'json'];
        const { code, stdout } = await project.run(['verify', 'shop', ...toFile]);
        expect(code).toBe(1);
        expect(readFileSync(project.file('out.csv'), 'utf8')).toBe('shop/open,fail,100');
        expect(JSON.parse(stdout).checks).toHaveLength(1);
        const toStdout = await project.run(['verify', 'shop', '--reporter', 'csv.ts']);
        expect(toStdout).toMatchObject({ code: 1, stdout: 'shop/open,fail,100' });
      });

      it('of a plugin, by its name', async () => {
        write(
          'plugin.ts',
          `${csv.replace('export default', 'export const reporters = [')}`.replace('});', '})];'),
        );
        const { code, stdout } = await project.run(['verify', 'shop', '--reporter', 'csv']);
        expect({ code, stdout }).toEqual({ code: 1, stdout: 'shop/open,fail,100' });
        const unknown = await project.run(['verify', 'shop', '--reporter', 'csvv']);
        expect(unknown.code).toBe(2);
        expect(unknown.stderr).toContain('there is no reporter "csvv"; nearest: csv');
      });

      it.each([
        ['throws', 'throw new Error("boom")', 'boom'],
        ['returns no text', 'return Promise.resolve("x")', 'returned no text'],
      ])('that %s: 70, and the other reports are written', async (_, body, message) => {
        write('bad.ts', `export default { name: 'bad', render() { ${body} } };`);
        const others = ['--reporter', 'json=out.json', '--reporter', 'junit=out.xml'];
        for (const target of ['./bad.ts=bad.txt', './bad.ts']) {
          const { code, stdout, stderr } = await project.run([
            'verify',
            'shop',
            '--reporter',
            target,
            ...others,
          ]);
          expect(code).toBe(70);
          expect(stderr).toContain('error[reporter-failed]: ');
          expect(stderr).toContain(message);
          expect(stdout === '').toBe(target === './bad.ts');
        }
        expect(existsSync(project.file('bad.txt'))).toBe(false);
        expect(JSON.parse(readFileSync(project.file('out.json'), 'utf8')).checks).toHaveLength(1);
        expect(readFileSync(project.file('out.xml'), 'utf8')).toContain('shop/open');
      });

      it.each([
        ['does not exist', undefined, 'none.ts'],
        ['throws when it is loaded', 'throw new Error("boom");', 'boom'],
        ['is no reporter', 'export default 1;', 'is no reporter'],
        ['has no name', 'export default { render() {} };', '"name" is not a word'],
      ])('in a file that %s is refused with 78', async (_, text, message) => {
        if (text) write('none.ts', text);
        const { code, stdout, stderr } = await project.run(['verify', 'shop', '--reporter', './none.ts']);
        expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
        expect(stderr).toContain(message);
      });

      it('of a plugin with the name of a built-in reporter is refused with 78', async () => {
        write('plugin.ts', "export const reporters = [{ name: 'json', render: () => '' }];");
        const { code, stderr } = await project.run(['verify', 'api']);
        expect(code).toBe(78);
        expect(stderr).toContain('the reporter "json" of a plugin has the name of another reporter');
      });
    });
  },
);
