import http, { type Agent, type ClientRequest } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SharedResources } from '../base/shared-resources.ts';

/** The agents of one protocol. */
interface Agents {
  /** Keeps connections for the next request. */
  kept: Agent;
  /** Opens one connection for each request. */
  single: Agent;
}

const keeping = { keepAlive: true, scheduling: 'lifo', maxFreeSockets: 64 } as const;

/** Returns the agents for `http:` or `https:`; a run shares them. */
export function agentsFor(protocol: string, shared: SharedResources): Agents {
  return shared.get(
    `${protocol} agents`,
    () =>
      protocol === 'https:'
        ? { kept: withoutUnsolicited(new https.Agent(keeping)), single: new https.Agent() }
        : { kept: withoutUnsolicited(new http.Agent(keeping)), single: new http.Agent() },
    ({ kept }) => kept.destroy(),
  );
}

type ReuseHooks = {
  keepSocketAlive(socket: Duplex): boolean;
  reuseSocket(socket: Duplex, request: ClientRequest): void;
};

/**
 * Destroys a kept connection on which the server sends bytes that no request asked for: the next request would read them as
 * its response.
 */
function withoutUnsolicited<A extends Agent>(agent: A): A {
  const hooks = agent as unknown as ReuseHooks;
  const { keepSocketAlive, reuseSocket } = hooks;
  const destroy = function (this: Socket) {
    this.destroy();
  };
  hooks.keepSocketAlive = (socket) => {
    socket.on('data', destroy);
    return keepSocketAlive.call(agent, socket);
  };
  hooks.reuseSocket = (socket, request) => {
    socket.off('data', destroy);
    reuseSocket.call(agent, socket, request);
  };
  return agent;
}
