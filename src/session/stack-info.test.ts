import { expect, it } from 'vitest';
import { notNamed } from '../base/endpoint.ts';
import { type ConfigInput, configOf } from '../config/schema.ts';
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
  const project = { config, root: '/somewhere/project', origins: new Map() } as unknown as Parameters<
    typeof stackInfo
  >[0];
  const runtime = { name: 'external' } as Parameters<typeof stackInfo>[1];
  expect(stackInfo(project, runtime, endpoints).services.web.build).toEqual({
    command: 'npm run build',
    cwd: shown,
  });
});

const origin = { kind: 'file', text: 'meatymusic.config.yaml:2' } as const;
const infoOf = (isReferenceStack: boolean, named: string[] = [], config: ConfigInput = {}) =>
  stackInfo(
    {
      config: configOf(config),
      root: '/somewhere/My Shop',
      origins: new Map(named.map((at) => [at, origin])),
    } as unknown as Parameters<typeof stackInfo>[0],
    { name: 'external', isReferenceStack } as Parameters<typeof stackInfo>[1],
    { ...endpoints, web: { absent: notNamed('web') } },
  );

it('gives services of another stack than the reference stack names that follow the project, unless they are set', () => {
  expect(infoOf(false)).toMatchObject({
    project: 'my-shop',
    services: { api: { serviceName: 'my-shop-api' } },
  });
  expect(infoOf(false, ['services.api.serviceName']).services.api.serviceName).toBe('meatymusic-api');
  expect(infoOf(true)).toMatchObject({
    isReference: true,
    services: { api: { serviceName: 'meatymusic-api' } },
  });
});

it('takes a service that is not named for no part of the stack', () => {
  const { services, absent } = infoOf(false);
  expect(services.web).toMatchObject({ enabled: false, url: 'http://localhost:3000' });
  expect(absent?.web?.code).toBe('not-named');
});

it('demands every service, and the name of the project on pages, where the contract is full', () => {
  const { services, absent } = infoOf(false, [], { contract: 'full' });
  expect(services.web).toMatchObject({ enabled: true, appName: 'my shop' });
  expect(absent?.web).toMatchObject({
    code: 'no-address',
    reason: expect.stringContaining('contract: full'),
  });
});

it('knows the name that pages show on the reference stack, and elsewhere if it is set', () => {
  expect(infoOf(true).services.web.appName).toBe('MeatyMusic');
  expect(infoOf(false).services.web.appName).toBeUndefined();
  expect(infoOf(false, ['services.web.appName']).services.web.appName).toBe('MeatyMusic');
});

it('knows which name of a database no project has chosen', () => {
  const nameIsDefault = (...given: Parameters<typeof infoOf>) =>
    infoOf(...given).services.database.hasDefaultName;
  expect(nameIsDefault(false)).toBe(true);
  expect(nameIsDefault(true)).toBeUndefined();
  expect(nameIsDefault(false, ['services.database.url'])).toBeUndefined();
  expect(nameIsDefault(false, [], { contract: 'full' })).toBeUndefined();
});
