import { expect, it } from 'vitest';
import { configOf } from '../config/schema.ts';
import { stackInfo } from './stack-info.ts';

const endpoints = {
  api: { url: 'http://localhost:8000' },
  web: { url: 'http://localhost:3000' },
  database: { url: 'postgresql://postgres@localhost:5432/meatymusic' },
  cache: { url: 'redis://localhost:6379' },
};

it.each([
  ['apps/web', 'apps/web'],
  ['/somewhere/project/apps/web', 'apps/web'],
  ['.', '.'],
])('names the folder %s of the build relative to the project', (cwd, shown) => {
  const config = configOf({ services: { web: { build: { command: 'npm run build', cwd } } } });
  const project = { config, root: '/somewhere/project' } as Parameters<typeof stackInfo>[0];
  const runtime = { name: 'external' } as Parameters<typeof stackInfo>[1];
  expect(stackInfo(project, runtime, endpoints).services.web.build).toEqual({
    command: 'npm run build',
    cwd: shown,
  });
});
