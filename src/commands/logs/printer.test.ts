import { describe, expect, it } from 'vitest';
import { createLogPrinter } from './printer.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const time = new Date(2026, 0, 2, 3, 4, 5, 678);

function printed(...lines: [service: string, text: string][]): string[] {
  const printer = createLogPrinter({ color: false });
  const text =
    lines.map(([service, line]) => printer.print({ service, text: line })).join('') + printer.end();
  return text.split('\n').slice(0, -1);
}

describe('createLogPrinter', () => {
  it('shows time, service, level, message and trace of a structured line', () => {
    const line = JSON.stringify({ time: time.getTime(), level: 30, msg: 'request', trace_id: traceId });
    expect(printed(['api', line])).toEqual([`03:04:05.678 api      info  request trace=${traceId}`]);
  });

  it('makes one line of a span that was printed over many, also with lines of others in between', () => {
    const span = [
      '{',
      "  resource: { attributes: { 'service.name': 'meatymusic-api' } },",
      `  traceId: '${traceId}',`,
      '  parentId: undefined,',
      "  name: 'GET /health',",
      "  id: 'b7ad6b7169203331',",
      '  kind: 1,',
      `  timestamp: ${time.getTime() * 1000},`,
      '  duration: 12500,',
      '  attributes: {},',
      '  status: { code: 0 },',
      '  events: [],',
      '  links: []',
      '}',
    ].map((text): [string, string] => ['api', text]);
    expect(printed(...span.slice(0, 5), ['cache', 'ready'], ...span.slice(5))).toEqual([
      '             cache          ready',
      `03:04:05.678 api      span  GET /health 13 ms trace=${traceId}`,
    ]);
  });

  it('shows the lines of a block that never ends', () => {
    expect(printed(['api', '{'], ['api', '  half: 1,'])).toEqual([
      '             api            {',
      '             api              half: 1,',
    ]);
  });

  it('shows what would steer a terminal', () => {
    expect(printed(['api', '\x1b]52;c;x\x07'])).toEqual(['             api            \\x1b]52;c;x\\x07']);
  });
});
