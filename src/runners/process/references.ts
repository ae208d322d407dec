import type { Ports, ServicePlan } from './plan.ts';

/** A service as it is run: references are expanded. */
export interface ServiceSpec extends Omit<ServicePlan, 'program' | 'env' | 'inherited' | 'furtherPorts'> {
  program: { shell: string } | { file: string; args: string[] };
  environment: Record<string, string>;
  /** Beside the main one. */
  furtherPorts: number[];
  /** The wanted port, where it is another one. */
  wantedPort?: number;
}

const portReference = /\{port(?::([\w-]+))?\}/g;
const serviceReference = /\$\{services\.([\w-]+)\.(url|host|port)\}/g;

/** Names of the services that a text refers to. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(serviceReference)].map(([, name = '']) => name);
}

/** Returns the addresses of all services, those included that others run. */
export function urlsOf(
  services: readonly ServicePlan[],
  ports: Ports,
  others: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = services.flatMap(({ name, url }) =>
    url === undefined ? [] : [[name, expandPorts(url, name, ports)] as const],
  );
  return { ...others, ...Object.fromEntries(own) };
}

/** Returns the services with every reference expanded. A reference to a service without an address stays as it is. */
export function expandServices(
  services: readonly ServicePlan[],
  ports: Ports,
  others: Readonly<Record<string, string>>,
): ServiceSpec[] {
  const urls = urlsOf(services, ports, others);
  return services.map(({ program, inherited, env, furtherPorts = {}, port: wanted, ...service }) => {
    const { name, input, url, note } = service;
    const expand = (text: string) => expandUrls(expandPorts(text, name, ports), urls);
    const port = ports[name];
    return {
      ...service,
      program:
        'shell' in program
          ? { shell: expand(program.shell) }
          : { file: program.file, args: program.args.map(expand) },
      environment: {
        ...inherited,
        ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, expand(value)])),
      },
      furtherPorts: Object.keys(furtherPorts).map((further) => ports[`${name}-${further}`] as number),
      ...(port !== undefined && { port }),
      ...(wanted !== undefined && wanted !== 0 && wanted !== port && { wantedPort: wanted }),
      ...(input !== undefined && { input: expand(input) }),
      ...(url !== undefined && { url: expand(url) }),
      ...(note !== undefined && { note: expand(note) }),
    };
  });
}

function expandPorts(text: string, service: string, ports: Ports): string {
  return text.replace(portReference, (whole, further?: string) => {
    const port = ports[further === undefined ? service : `${service}-${further}`];
    return port === undefined ? whole : String(port);
  });
}

function expandUrls(text: string, urls: Readonly<Record<string, string>>): string {
  return text.replace(serviceReference, (whole, name: string, part: 'url' | 'host' | 'port') => {
    const url = urls[name];
    if (url === undefined) return whole;
    if (part === 'url') return url;
    const { hostname, port, protocol } = new URL(url);
    return part === 'host' ? hostname : port || { 'https:': '443' }[protocol] || '80';
  });
}
