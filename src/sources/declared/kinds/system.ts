import { networkInterfaces } from 'node:os';
import { described, v } from '../../../base/schema.ts';
import { attempt, fact } from '../../../check/exchange.ts';
import { defineKind } from '../kind.ts';

/** What a machine has: packages, services, mounts, interfaces, parameters of the kernel. Linux, as with goss. */

export const packageKind = defineKind({
  name: 'package',
  about: 'A Debian package',
  needs: ['command'],
  target: { package: described(v.string(), 'Name') },
  attributes: { installed: 'Whether it is installed', versions: 'Installed versions' },
  presence: 'installed',
  title: ({ package: name }) => `package ${name}`,
  async observe({ target: { package: name }, probes: { command } }) {
    const { value, failure } = await attempt(
      command.run({ command: ['dpkg-query', '-W', '-f', '${db:Status-Abbrev} ${Version}\\n', '--', name] }),
    );
    const examined = { count: 1, what: 'table of packages' };
    if (failure?.code === 'ENOENT')
      return {
        attributes: {},
        examined,
        evidence: [],
        skip: { reason: 'only the packages of dpkg can be looked at' },
      };
    const versions = (value?.stdout ?? '')
      .split('\n')
      .filter((line) => line.startsWith('ii '))
      .map((line) => line.split(/\s+/)[1]);
    return {
      attributes: value ? { installed: versions.length > 0, versions } : {},
      examined,
      evidence: [fact(name, failure?.message ?? (versions.join(', ') || 'is not installed'))],
      ...(failure ? { failure } : {}),
    };
  },
});

export const serviceKind = defineKind({
  name: 'service',
  about: 'A service of systemd',
  needs: ['command'],
  target: { service: described(v.string(), 'Name of the unit') },
  attributes: { running: 'Whether it is active', enabled: 'Whether it starts with the machine' },
  title: ({ service }) => `service ${service}`,
  async observe({ target: { service }, probes: { command } }) {
    const { value, failure } = await attempt(
      command.run({
        command: ['systemctl', 'show', '--property=LoadState,ActiveState,UnitFileState', '--', service],
      }),
    );
    const examined = { count: 1, what: 'unit' };
    if (failure?.code === 'ENOENT' || (value && value.exitCode !== 0))
      return { attributes: {}, examined, evidence: [], skip: { reason: 'systemd does not run here' } };
    const said = Object.fromEntries((value?.stdout ?? '').split('\n').map((line) => line.split('=', 2)));
    return {
      attributes: value
        ? {
            running: said.ActiveState === 'active',
            enabled: ['enabled', 'enabled-runtime'].includes(said.UnitFileState),
          }
        : {},
      examined,
      evidence: [fact(service, failure?.message ?? value!.stdout.trim().replaceAll('\n', ', '))],
      ...(failure ? { failure } : {}),
    };
  },
});

export const mountKind = defineKind({
  name: 'mount',
  about: 'A mounted file system',
  needs: ['file'],
  target: { mountpoint: described(v.string(), 'Where it is mounted') },
  attributes: {
    exists: 'Whether something is mounted there',
    opts: 'Options of the mount',
    'vfs-opts': 'Options of the file system',
    source: 'What is mounted',
    filesystem: 'Type of the file system',
  },
  presence: 'exists',
  title: ({ mountpoint }) => `mount ${mountpoint}`,
  async observe({ target: { mountpoint }, probes: { file } }) {
    const { value, failure } = await attempt(
      file.read({ path: '/proc/self/mountinfo', maxBytes: 16 * 1024 * 1024 }),
    );
    const examined = { count: 1, what: 'table of mounts' };
    if (failure) return { attributes: {}, examined, evidence: [fact(mountpoint, failure.message)], failure };
    // `36 35 98:0 / /mnt rw,noatime shared:1 - ext4 /dev/root rw,errors=continue`; the last one lies on top.
    const found = value.text
      .split('\n')
      .map((line) => line.split(' - ').map((half) => half.split(' ')))
      .findLast(([mount]) => unescaped(mount?.[4] ?? '') === mountpoint);
    if (!found)
      return {
        attributes: { exists: false },
        examined,
        evidence: [fact(mountpoint, 'nothing is mounted there')],
      };
    const [mount = [], system = []] = found;
    return {
      attributes: {
        exists: true,
        opts: mount[5]?.split(','),
        filesystem: system[0],
        source: unescaped(system[1] ?? ''),
        'vfs-opts': system[2]?.split(','),
      },
      examined,
      evidence: [fact(mountpoint, `${system[1]}, ${system[0]}, ${mount[5]}`)],
    };
  },
});

/** The kernel writes blanks as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

export const interfaceKind = defineKind({
  name: 'interface',
  about: 'A network interface',
  needs: ['file'],
  target: { interface: described(v.string(), 'Name') },
  attributes: {
    exists: 'Whether there is one',
    addrs: 'Addresses: `172.17.0.2/16`',
    mtu: 'Longest packet, in bytes',
  },
  presence: 'exists',
  title: ({ interface: name }) => `interface ${name}`,
  async observe({ target: { interface: name }, probes: { file } }) {
    const { value, failure } = await attempt(file.read({ path: `/sys/class/net/${name}/mtu` }));
    const examined = { count: 1, what: 'interface' };
    if (failure?.code === 'ENOENT')
      return {
        attributes: { exists: false },
        examined,
        evidence: [fact(name, 'there is no such interface')],
      };
    if (failure) return { attributes: {}, examined, evidence: [fact(name, failure.message)], failure };
    const addrs = (networkInterfaces()[name] ?? []).map(({ cidr }) => cidr);
    return {
      attributes: { exists: true, addrs, mtu: Number(value.text) },
      examined,
      evidence: [fact(name, `${addrs.join(', ')}, MTU ${value.text.trim()}`)],
    };
  },
});

export const kernelParamKind = defineKind({
  name: 'kernel-param',
  about: 'A parameter of the kernel (sysctl)',
  needs: ['file'],
  target: { parameter: described(v.string(), 'Name: `net.core.somaxconn`') },
  attributes: { value: 'Its value' },
  title: ({ parameter }) => `kernel parameter ${parameter}`,
  async observe({ target: { parameter }, probes: { file } }) {
    // A dot within a name is written as a slash: `net.ipv4.conf.eth0/1.forwarding`.
    const path = `/proc/sys/${parameter.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'))}`;
    const { value, failure } = await attempt(file.read({ path }));
    return {
      attributes: value ? { value: value.text.trimEnd() } : {},
      examined: { count: 1, what: 'parameter' },
      evidence: [fact(parameter, value ? value.text.trimEnd() : failure.message)],
      ...(failure ? { failure } : {}),
    };
  },
});
