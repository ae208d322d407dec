import { formatDuration } from '../base/duration.ts';
import { ExitCode } from '../base/exit-code.ts';
import { isAlive } from '../base/process-identity.ts';
import { safeLine } from '../base/safe-text.ts';
import { besideText } from '../base/wrap-text.ts';
import { findRuntime } from '../runners/choose.ts';
import { residentBytes } from '../runners/process-list.ts';
import type { ServiceStatus } from '../runners/runtime.ts';
import { readState } from '../runners/state.ts';
import { repairStack } from '../session/repair-stack.ts';
import type { Action, CommandModule } from './invocation.ts';
import { openStackProject } from './stack-project.ts';
import { lineFor, type Style, styleFor } from './style.ts';
import { addresses } from './up/addresses.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Show which services run, where, and whether they are healthy.')
    .option('--show-secrets', 'also print the addresses to connect to, including passwords')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
First undoes what a killed \`verify\` or \`checks prove\` left changed.
Exit codes: 0 all services run and none is unhealthy, 1 some service does not run or is unhealthy, 69 nothing runs.

Examples:
  $ meatymusic status
  $ psql "$(meatymusic status --show-secrets --json | jq -r .endpoints.database.url)"
  $ meatymusic status --json | jq -r '.services[] | select(.role == "api").addresses[0]'`,
    );
  act(command, status);
};

const status: Action = async (invocation, { json, showSecrets }) => {
  const project = await openStackProject(invocation);
  const { runtime, reason } = await findRuntime(project);
  const { stdout, stderr } = invocation;
  for (const note of await repairStack(project, runtime)) {
    await stderr.write(lineFor(stderr, `note: ${safeLine(note, 1000)}`));
  }
  const services = await runtime.status({ withMemory: true });
  const supervisor = readState(project.root).supervisor?.supervisor;
  const supervisorMemoryBytes =
    supervisor && isAlive(supervisor) ? residentBytes([supervisor.pid]) : undefined;
  const endpoints = showSecrets ? await runtime.endpoints() : undefined;
  const write = endpoints ? stdout.writeSecrets : stdout.write;
  if (json) {
    const document = {
      runtime: runtime.name,
      reason,
      services,
      ...(supervisorMemoryBytes === undefined ? {} : { supervisorMemoryBytes }),
      ...(endpoints ? { endpoints } : {}),
    };
    await write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    const style = styleFor(stdout);
    const columns = stdout.columns;
    const head = lineFor(stdout, `runtime ${runtime.name} (${reason})`);
    const bold = head.replace(runtime.name, style.bold(runtime.name));
    const secrets = endpoints ? addresses(stdout, endpoints, { showSecrets: true }) : '';
    await write(
      `${bold}\n${table(style, services, columns)}${memoryLine(services, supervisorMemoryBytes)}${secrets}`,
    );
  }
  const running = services.filter(isWell).length;
  if (running === services.length && running > 0) return ExitCode.ok;
  const nothing = services.every(({ state }) => state === 'missing' || state === 'exited');
  if (nothing && !json) {
    await stderr.write(lineFor(stderr, 'nothing runs; start it with: meatymusic up'));
  }
  return nothing ? ExitCode.unavailable : ExitCode.checkFailed;
};

/** A one-shot service that ended with 0 has done its work. */
function isWell({ state, health, exitCode, role }: ServiceStatus): boolean {
  if (state === 'exited') return exitCode === 0 && role === undefined;
  return state === 'running' && health !== 'unhealthy';
}

/** The note about a service is in its line where that fits, else below the table; where not even the rest fits, it is folded. */
function table(style: Style, services: readonly ServiceStatus[], columns: number): string {
  const nowMs = Date.now();
  const titles = ['SERVICE', 'STATE', 'HEALTH', 'ADDRESS', 'UPTIME', 'RESTARTS', 'MEMORY', 'WHAT'];
  const rows = services.map((service) => [
    safeLine(service.service, 40),
    stateText(service),
    service.health === undefined || service.health === 'none' ? '-' : service.health,
    service.addresses.map((address) => safeLine(address, 60)).join(' ') || '-',
    uptime(service, nowMs),
    String(service.restarts ?? '-'),
    service.memoryBytes === undefined ? '-' : megabytes(service.memoryBytes),
    safeLine(service.note ?? service.image ?? '-', 120),
  ]);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const first = (widths[0] ?? 0) + 2;
  const width = widths.reduce((sum, each) => sum + each + 2, -2);
  const fits = width <= columns;
  const folds = width - (widths.at(-1) ?? 0) - 2 > columns;
  const line = (row: readonly string[]) => {
    const cells = fits ? row : row.slice(0, -1);
    const [name = '', ...others] = cells;
    if (folds) return besideText(name.padEnd(first), others.join('  '), columns).join('\n');
    return cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  };
  const paint = (text: string, service: ServiceStatus) => {
    if (isWell(service)) return text;
    return service.state === 'starting' ? style.warn(text) : style.bad(text);
  };
  const body = rows.map((row, index) => paint(line(row), services[index] as ServiceStatus));
  const below = rows.flatMap(([name = '', ...others]) =>
    besideText(style.dim(name.padEnd(first)), others.at(-1) ?? '', columns, style.dim),
  );
  return `${[style.dim(line(titles)), ...body, ...(fits ? [] : ['', ...below])].join('\n')}\n`;
}

/** Returns the line about all processes of this machine, the supervisor among them; empty for a stack without them. */
function memoryLine(services: readonly ServiceStatus[], supervisorBytes: number | undefined): string {
  if (supervisorBytes === undefined) return '';
  const all = services.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, supervisorBytes);
  return `\n${megabytes(all)} of memory in all, ${megabytes(supervisorBytes)} of it the supervisor's\n`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function stateText({ state, exitCode }: ServiceStatus): string {
  return state === 'exited' && exitCode !== undefined ? `exited (${exitCode})` : state;
}

function uptime({ startedAtMs, state }: ServiceStatus, nowMs: number): string {
  if (startedAtMs === undefined || state === 'exited' || state === 'missing') return '-';
  const ms = nowMs - startedAtMs;
  if (ms < 3_600_000) return formatDuration(ms);
  const hours = Math.floor(ms / 3_600_000);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
