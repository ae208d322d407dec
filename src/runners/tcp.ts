import { connect } from 'node:net';

/** Whether something accepts connections there. */
export function answers(target: { host: string; port: number; withinMs: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, autoSelectFamily: true });
    const end = (answer: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), target.withinMs);
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
