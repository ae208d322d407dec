import { describe, expect, it } from 'vitest';
import type { Fault } from '../../base/errors.ts';
import { configOf } from '../../config/schema.ts';
import { kindOf } from '../../services/index.ts';
import { publishedAddress } from './addresses.ts';
import { explainEngine } from './cli.ts';
import { type Container, parseContainers } from './containers.ts';
import { parseEvent } from './events.ts';
import { createPullProgress } from './images.ts';
import { parseModel } from './model.ts';
import { isRemote, parsePortVariables } from './ports.ts';
import { stopOrder } from './remove.ts';

describe('explainEngine', () => {
  it.each([
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'engine-down',
      69,
    ],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      'engine-permission-denied',
      69,
    ],
    ["docker: 'compose' is not a docker command.", 'compose-missing', 69],
    ['docker: unknown command: docker compose', 'compose-missing', 69],
    ["unknown shorthand flag: 'f' in -f", 'compose-missing', 69],
    ['unknown flag: --project-name', 'compose-missing', 69],
    ['write /x: no space left on device', 'engine-disk-full', 69],
    ['unable to resolve docker endpoint: context "nope": context not found', 'engine-context', 78],
    ['something else', 'engine-failed', 69],
  ])('reads %s', (stderr, code, exitCode) => {
    expect(explainEngine('docker', { exitCode: 1, stdout: '', stderr })).toMatchObject({ code, exitCode });
  });

  it('offers the runtime that needs no engine', () => {
    const { hint } = explainEngine('docker', {
      exitCode: 1,
      stdout: '',
      stderr: 'Is the docker daemon running?',
    });
    expect(hint).toContain('meatymusic up --runtime embedded');
  });
});

describe('parseEvent', () => {
  it('reads the events of Docker', () => {
    const line =
      '{"status":"die","id":"c1","Type":"container","Action":"die","Actor":{"ID":"c1","Attributes":{"exitCode":"3","com.docker.compose.service":"api"}}}';
    expect(parseEvent(line)).toEqual({ containerId: 'c1', service: 'api', action: 'die', exitCode: 3 });
  });
  it('reads the events of Podman', () => {
    const line =
      '{"ID":"c1","Name":"x","Status":"died","Type":"container","ContainerExitCode":2,"Attributes":{"com.docker.compose.service":"api"}}';
    expect(parseEvent(line)).toEqual({ containerId: 'c1', service: 'api', action: 'died', exitCode: 2 });
  });
  it.each(['', '{', 'null', '{"Type":"network","Action":"create","Actor":{"ID":"n"}}'])(
    'ignores %j',
    (line) => {
      expect(parseEvent(line)).toBeUndefined();
    },
  );
});

describe('parseModel', () => {
  const config = configOf({ services: { api: { enabled: false }, web: { enabled: false } } });
  const file = (services: object) => ({ stdout: JSON.stringify({ name: 'x', services }), stderr: '' });

  it('reads services, ports and health checks', () => {
    const model = parseModel(
      file({
        postgres: {
          image: 'p',
          ports: [
            { host_ip: '127.0.0.1', published: '5433', target: 5432, protocol: 'tcp' },
            { published: '1-9', target: 1 },
          ],
          healthcheck: { test: ['CMD', 'true'] },
        },
        redis: {
          image: 'r',
          healthcheck: { disable: true, test: ['CMD', 'x'] },
          depends_on: { postgres: {} },
        },
      }),
      config,
    );
    expect(model.services).toMatchObject([
      {
        name: 'postgres',
        role: 'database',
        hasHealthCheck: true,
        ports: [{ hostIp: '127.0.0.1', published: 5433, target: 5432 }, { published: 0 }],
      },
      { name: 'redis', role: 'cache', hasHealthCheck: false, dependsOn: ['postgres'] },
    ]);
  });

  it('gives a service another digest for each change of what compose makes of it, and for no other', () => {
    const digestsOf = (redis: object, shared: object = {}) => {
      const services = { postgres: { image: 'p' }, redis: { image: 'r', ...redis } };
      const stdout = JSON.stringify({ name: 'x', services, ...shared });
      return parseModel({ stdout, stderr: '' }, config).services.map(({ digest }) => digest);
    };
    const [postgres, redis] = digestsOf({});
    expect(digestsOf({})).toEqual([postgres, redis]);
    const [same, changed] = digestsOf({ environment: { A: '1' } });
    expect([same, changed === redis]).toEqual([postgres, false]);
    expect(digestsOf({}, { networks: { default: { name: 'y' } } })).not.toContain(redis);
  });

  it('names every service that is not there, each with the nearest', () => {
    try {
      parseModel(file({ postgress: {}, cache: {} }), config);
      expect.unreachable();
    } catch (fault) {
      expect((fault as Fault).details).toEqual([
        'compose.services.database: there is no service `postgres`; did you mean `postgress`?',
        'compose.services.cache: there is no service `redis`',
        'services of the file: postgress, cache',
      ]);
    }
  });

  it('finds the variables that are not set', () => {
    const stderr =
      'time="x" level=warning msg="The \\"TAG\\" variable is not set. Defaulting to a blank string."';
    const model = parseModel({ ...file({ postgres: {}, redis: {} }), stderr }, config);
    expect(model.unset).toEqual(['TAG']);
  });
});

describe('parsePortVariables', () => {
  it('finds the variable of a published port, however it is written', () => {
    const ports = (list: unknown[]) => ({ ports: list });
    const json = JSON.stringify({
      services: {
        a: ports(['127.0.0.1:${A_PORT:-5432}:5432', '8080:80']),
        b: ports([{ published: '${B_PORT:-1}', target: 6379 }]),
        c: ports(['$C_PORT:80/tcp', '${D:-${E:-9}}:90']),
        d: {},
      },
    });
    expect(Object.fromEntries(parsePortVariables(json))).toEqual({
      'a/5432': 'A_PORT',
      'b/6379': 'B_PORT',
      'c/80': 'C_PORT',
      'c/90': 'D',
    });
  });

  it.each([
    ['tcp://build-box:2376', true],
    ['ssh://me@box', true],
    ['tcp://127.0.0.1:2375', false],
    ['unix:///run/docker.sock', false],
    [undefined, false],
  ])('knows whether the ports of DOCKER_HOST=%s can be tried from here', (DOCKER_HOST, remote) => {
    expect(isRemote({ DOCKER_HOST })).toBe(remote);
  });
});

describe('createPullProgress', () => {
  it('adds up the layers', () => {
    const progress = createPullProgress();
    const lines = [
      ' cache Pulling ',
      ' 0123456789ab Pulling fs layer ',
      ' 0123456789ab Downloading [==>   ]  1.5MB/3MB',
      ' ba9876543210 Downloading [==>   ]  500kB/1MB',
      ' 0123456789ab Downloading [=====>]  3MB/3MB',
      ' cache Error manifest unknown',
    ];
    expect(lines.map(progress).filter(Boolean)).toEqual([
      { service: 'cache', state: 'pulling' },
      { service: 'cache', state: 'pulling', detail: '1.5 MB of 3.0 MB' },
      { service: 'cache', state: 'pulling', detail: '2.0 MB of 4.0 MB' },
      { service: 'cache', state: 'pulling', detail: '3.5 MB of 4.0 MB' },
      { service: 'cache', state: 'error', detail: 'manifest unknown' },
    ]);
  });
});

describe('containers', () => {
  const made = (service: string, dependsOn = '', further = {}): Container => {
    const Labels = { 'com.docker.compose.service': service, 'com.docker.compose.depends_on': dependsOn };
    return parseContainers(JSON.stringify([{ Id: service, Config: { Labels }, ...further }]))[0] as Container;
  };

  it('are stopped before what they depend on, and a cycle ends', () => {
    const all = [
      made('db'),
      made('api', 'db:service_healthy:false,cache:service_started:true'),
      made('cache'),
      made('web', 'api:service_started:false'),
    ];
    expect(stopOrder(all).map((group) => group.map(({ service }) => service))).toEqual([
      ['web'],
      ['api'],
      ['db', 'cache'],
    ]);
    expect(stopOrder([made('a', 'b:x:y'), made('b', 'a:x:y')])).toHaveLength(1);
  });

  it('are reached at the usual port, at IPv4, and at the engine’s own host', () => {
    const Ports = {
      '9090/tcp': [{ HostIp: '0.0.0.0', HostPort: '19090' }],
      '8000/tcp': [
        { HostIp: '::', HostPort: '28000' },
        { HostIp: '0.0.0.0', HostPort: '18000' },
      ],
    };
    const apiKind = kindOf(configOf().services, 'api');
    const api = made('api', '', { NetworkSettings: { Ports } });
    expect(publishedAddress(api, apiKind, {})).toEqual({ host: '127.0.0.1', port: 18000 });
    expect(publishedAddress(api, apiKind, { DOCKER_HOST: 'tcp://box:2376' })).toEqual({
      host: 'box',
      port: 18000,
    });
    expect(publishedAddress(made('api'), apiKind, {})).toBeUndefined();
  });
});
