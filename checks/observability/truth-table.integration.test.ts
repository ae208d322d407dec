/** Every observability check on an Express service that treats traces in each of these ways, with the true verdicts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedResources } from '../../src/base/shared-resources.ts';
import type { CheckDefinition } from '../../src/check/define-check.ts';
import { idsBefore } from '../../src/check/define-check.ts';
import type { CheckResult } from '../../src/check/result.ts';
import { withServices } from '../../src/check/stack.ts';
import { verdictFromBefore } from '../../src/engine/forced-outcomes.ts';
import { fileLogAccess } from '../../src/logs/file-access.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../src/probes/otlp/receiver.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../src/testing/postgres.ts';
import { testStack } from '../../src/testing/probe-context.ts';
import { redisMissing, startRedis, type TestRedis } from '../../src/testing/redis.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import { type Row, rows } from '../../src/testing/traced-service/rows.ts';
import {
  startTracedService,
  type TracedService,
  type Variant,
} from '../../src/testing/traced-service/start.ts';
import clients from './database-and-cache-spans-are-children.ts';
import errors from './errors-keep-their-trace.ts';
import logs from './logs-carry-trace-ids.ts';
import exported from './spans-exported.ts';
import propagates from './trace-propagates.ts';
import unsampled from './unsampled-not-exported.ts';
import traceparent from './w3c-traceparent.ts';
import tracestate from './w3c-tracestate.ts';
import caller from './x-trace-id-logged.ts';

/** In an order in which each follows those that it depends on. */
const checks: Record<string, CheckDefinition> = {
  exported,
  propagates,
  caller,
  clients,
  errors,
  logs,
  unsampled,
  traceparent,
  tracestate,
} as never;

const ids: Record<string, string> = {
  exported: 'observability/spans-exported',
  propagates: 'observability/trace-propagates',
  caller: 'observability/x-trace-id-logged',
  clients: 'observability/database-and-cache-spans-are-children',
  errors: 'observability/errors-keep-their-trace',
  logs: 'observability/logs-carry-trace-ids',
  unsampled: 'observability/unsampled-not-exported',
  traceparent: 'observability/w3c-traceparent',
  tracestate: 'observability/w3c-tracestate',
};

describe.skipIf(postgresMissing || redisMissing)('the observability checks', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  const receivers = new Map<string, OtlpReceiver>();
  let service: TracedService<string>;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    const variants: Record<string, Variant> = {};
    for (const [name, row] of Object.entries(rows)) {
      const receiver = row.configured?.receiver && (await startOtlpReceiver({ grpcPort: false }));
      if (receiver) receivers.set(name, receiver);
      variants[name] = { ...row.service, ...(receiver ? { receiver: receiver.httpUrl } : {}) };
    }
    service = await startTracedService(variants, { databaseUrl: postgres.url, redisUrl: redis.url });
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    await Promise.all([...receivers.values()].map((each) => each.close()));
    await Promise.all([postgres?.stop(), redis?.stop()]);
  });

  it.concurrent.each(Object.entries(rows))(
    '%s',
    async (name, row) => {
      const found = await verdictsOn(name, row);
      const expected = Object.fromEntries(
        Object.keys(found).map((key) => [key, row.verdicts[key] ?? 'pass']),
      );
      expect(found).toEqual(expected);
    },
    120_000,
  );

  async function verdictsOn(name: string, { configured = {}, options = {} }: Row) {
    const { url, log } = service.of[name] as { url: string; log: string };
    const { otlpEndpoint } = configured;
    const receiver = receivers.get(name);
    const stack = {
      ...withServices(testStack, { api: { url } }),
      telemetry: otlpEndpoint ? { otlpEndpoint } : receiver ? { otlpEndpoint: receiver.httpUrl } : {},
    };
    const shared = createSharedResources();
    const over = {
      ...(configured.log === false ? {} : { logs: { api: fileLogAccess(log, 'api.log') } }),
      ...(receiver ? { spans: receiver.access } : {}),
    };
    const results = new Map<string, CheckResult>();
    const found: Record<string, string> = {};
    try {
      for (const [key, check] of Object.entries(checks)) {
        if (!concerns(key, rows[name] as Row)) continue;
        const id = ids[key] as string;
        const before = idsBefore(check).flatMap((other) => results.get(other) ?? []);
        const verdict =
          verdictFromBefore(check, before) ??
          (await runCheck(check, {
            stack,
            over,
            shared,
            options: { ...waits(check, receiver ? 5000 : 1000), ...options[key] },
          }));
        results.set(id, { ...verdict, id } as unknown as CheckResult);
        found[key] = verdict.status === 'fail' ? verdict.code : verdict.status;
      }
    } finally {
      await shared.close();
    }
    return found;
  }
});

/** Shorter waits than in a run: many rows expect that nothing arrives. */
function waits({ options = {} }: CheckDefinition, waitMs: number): Record<string, unknown> {
  return 'waitMs' in options ? { waitMs } : {};
}

/** The headers of W3C Trace Context are sent where the variant may treat them otherwise, or another verdict is expected. */
function concerns(key: string, { service, verdicts }: Row): boolean {
  if (key !== 'traceparent' && key !== 'tracestate') return true;
  const parts = Object.keys(service);
  const others = ['logs', 'serializers', 'plainLines', 'stray', 'errors', 'ready'];
  return key in verdicts || parts.length === 0 || !parts.every((part) => others.includes(part));
}
