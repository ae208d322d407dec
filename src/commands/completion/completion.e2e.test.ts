/** Completion as each shell asks for it; a shell that is not installed is left out. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import { notBuilt } from '../../testing/project.ts';

/** How a shell prints what it offers for `meatymusic $TYPED`. */
const shells: Readonly<Record<string, readonly string[]>> = {
  bash: [
    '--norc',
    '-c',
    `eval "$(meatymusic completion bash)"
    COMP_LINE="meatymusic $TYPED" COMP_POINT=$((11 + \${#TYPED})) COMP_WORDS=(meatymusic $TYPED) COMP_CWORD=$COUNT
    _meatymusic; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // The two words of zsh's completion system that the script needs: a line is edited only at a terminal.
  zsh: [
    '-fc',
    `compdef() { : }
    compadd() { print -rl -- \${(M)\${(P)2}:#\${words[CURRENT]}*} }
    eval "$(meatymusic completion zsh)"
    words=(meatymusic "\${(@s: :)TYPED}") CURRENT=$((COUNT + 1))
    _meatymusic`,
  ],
  fish: ['--no-config', '-c', 'meatymusic completion fish | source; complete -C "meatymusic $TYPED"'],
};

/** Bash replaces what follows the last `=` only. */
const wanted: readonly [typed: string, expected: string, inBash?: string][] = [
  ['', 'up down status logs verify migrate checks config init doctor completion'],
  ['ver', 'verify'],
  ['verify database/conn', 'database/connects'],
  ['verify ca', 'cache cache/ping cache/round-trip'],
  ['up --runtime ', 'auto compose embedded'],
  ['up --runtime=co', '--runtime=compose', 'compose'],
  ['verify --rep', '--reporter'],
  ['verify --reporter ju', 'junit'],
  ['checks explain api/hea', 'api/health api/health@payments'],
  ['checks li', 'list'],
  ['logs ap', 'api'],
  ['verify @pay', '@payments'],
  ['--env sta', 'staging'],
];

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-completion-')));
  const shim = path.join(folder, 'meatymusic');
  const binary = path.join(packageRoot, 'bin/meatymusic.js');
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`);
  chmodSync(shim, 0o755);
  // Nothing above may be taken for the project.
  writeFileSync(path.join(folder, 'package.json'), '{}');
  writeFileSync(
    path.join(folder, 'meatymusic.config.json'),
    JSON.stringify({
      services: { payments: { kind: 'api', url: 'http://127.0.0.1:1' } },
      environments: { staging: {} },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(notBuilt).each(Object.keys(shells))(
  `completion in %s${notBuilt ? ` (${notBuilt})` : ''}`,
  (shell) => {
    const missing = spawnSync(shell, ['--version']).status === 0 ? '' : ` (needs ${shell})`;

    it.skipIf(missing).each(wanted)(
      `offers for \`meatymusic %s\`: %s${missing}`,
      (typed, expected, inBash) => {
        const stdout = execFileSync(shell, shells[shell] as string[], {
          cwd: folder,
          encoding: 'utf8',
          env: {
            PATH: `${folder}:${process.env.PATH}`,
            HOME: folder,
            TYPED: typed,
            COUNT: String(typed.split(' ').length),
          },
        });
        const offered = stdout.trim().split('\n');
        const names = ((shell === 'bash' && inBash) || expected).split(' ');
        expect(offered).toEqual(expect.arrayContaining(names));
        if (names.length === 1) expect(offered).toEqual(names);
      },
    );
  },
);
