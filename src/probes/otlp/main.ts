import { messageOf } from '../../base/errors.ts';
import { startOtlpReceiver } from './receiver.ts';
import { createSpanFileWriter } from './span-file.ts';

/**
 * The receiver as a process of its own, for stacks that outlive the command that started them.
 * Arguments: `<spans file> [http port] [grpc port] [host] [names…]`. Says where it listens in one line of JSON; ends at SIGTERM.
 * The host is 127.0.0.1, but within a container: there it is what the stack's other containers reach.
 */
const [file, httpPort, grpcPort, host, ...names] = process.argv.slice(2);
if (!file) {
  process.stderr.write('usage: otlp-receiver <spans file> [http port] [grpc port] [host] [names…]\n');
  process.exitCode = 2;
} else {
  const writer = createSpanFileWriter(file);
  const receiver = await startOtlpReceiver({
    httpPort: Number(httpPort ?? 0),
    grpcPort: Number(grpcPort ?? 0),
    ...(host ? { host } : {}),
    names,
    onSpans: (spans) => writer.write(spans),
  }).catch((error) => {
    process.stderr.write(`the receiver did not start: ${messageOf(error)}\n`);
    process.exit(1);
  });
  process.send?.({ listening: Number(httpPort) }, undefined, undefined, () => {});
  process.stdout.write(`${JSON.stringify({ httpUrl: receiver.httpUrl, grpcUrl: receiver.grpcUrl })}\n`);
  const end = async () => {
    await receiver.close();
    await writer.flush();
    process.exit(0);
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}
