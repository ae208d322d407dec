import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../base/errors.ts';
import { startOtlpReceiver } from './receiver.ts';
import { createSpanFileWriter } from './span-file.ts';

export { startOtlpReceiver };

/**
 * The receiver as a process of its own, for stacks that outlive the command that started them.
 * Arguments: `<spans file> [http port] [grpc port] [host] [names…]`. Says where it listens in one line of JSON; ends at SIGTERM.
 * The host is 127.0.0.1, but within a container: there it is what the stack's other containers reach.
 */
async function main([file, httpPort, grpcPort, host, ...names]: string[]): Promise<void> {
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
}

// The command line imports this file for a receiver of its own.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
