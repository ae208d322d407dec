import type { Absence } from '../../base/endpoint.ts';
import type { ServiceName } from '../../check/stack.ts';
import type { Container } from './containers.ts';

/** The reason for which a service without a running container has no address. */
export function absenceOfContainer(
  service: string,
  role: ServiceName,
  container: Container | undefined,
): Absence {
  const notRunning = (reason: string, hint: string): Absence => ({ code: 'not-running', reason, hint });
  const start = '`meatymusic up` starts it';
  if (!container) return notRunning(`there is no container of ${service}`, start);
  const { name, status, exitCode, oomKilled } = container;
  const logs = `\`meatymusic logs ${role} --tail 20\` shows why; ${start} again`;
  const killed = oomKilled ? ', killed for memory' : '';
  switch (status) {
    case 'exited':
    case 'dead':
      return notRunning(`container ${name} exited (${exitCode}${killed})`, logs);
    case 'restarting':
      return notRunning(`container ${name} is restarting: it exited (${exitCode}${killed})`, logs);
    case 'paused':
      return notRunning(`container ${name} is paused`, `docker unpause ${name}`);
    default:
      return notRunning(`container ${name} is ${status}, not running`, logs);
  }
}

/** The reason for which a running container cannot be reached from here. */
export function absenceOfPort(
  service: string,
  role: ServiceName,
  { networkMode }: Pick<Container, 'networkMode'>,
  usualPort = 8000,
): Absence {
  const shares = /^(host$|container:|service:)/.test(networkMode);
  return {
    code: 'port-not-published',
    reason: shares
      ? `the service ${service} runs with network_mode ${networkMode.split(':', 1)[0]}: which port is its own cannot be known`
      : `the service ${service} runs, but publishes no port: it cannot be reached from here`,
    hint: `publish one in the compose file (ports: ["127.0.0.1:${usualPort}:${usualPort}"]), or switch it off: services.${role}.enabled: false`,
  };
}
