// A name server on 127.0.0.1:53 that never answers, and a command for as long as it runs: its exit code, and how often
// the server was asked, on the last line of standard error. Needs a network of its own (see silent-resolver.ts).
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';

const server = dgram.createSocket('udp4');
let asked = 0;
server.on('message', () => {
  asked++;
});
server.bind(53, '127.0.0.1', () => {
  const child = spawn(process.argv[2], process.argv.slice(3), { stdio: 'inherit' });
  child.once('exit', (code) => {
    process.stderr.write(`\n${JSON.stringify({ code, asked })}\n`);
    server.close();
  });
});
