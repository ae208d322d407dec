/** A project of the command line with a compose file of its own, whose containers take little to start. */
import { writeFileSync } from 'node:fs';
import { noServices } from './docker.ts';
import { makeProject, type TestProject } from './project.ts';

/** `sessions` is its cache; `worker`, which exports spans, starts once the cache is healthy. */
export async function makeSmallComposeProject(services: Record<string, unknown> = {}): Promise<TestProject> {
  const made = await makeProject({
    runtime: 'compose',
    services: { ...noServices, cache: { url: 'redis://localhost:6379' }, ...services },
    compose: { services: { cache: 'sessions' } },
  });
  writeFileSync(
    made.file('compose.yaml'),
    `services:
  sessions:
    image: redis:7-alpine
    ports: ["127.0.0.1::6379"]
    volumes: ["data:/data"]
    healthcheck: { test: redis-cli ping, interval: 1s }
    stop_grace_period: 0s
  worker:
    image: redis:7-alpine
    entrypoint: [sleep, "600"]
    environment: { OTEL_SERVICE_NAME: worker }
    depends_on: { sessions: { condition: service_healthy } }
    stop_grace_period: 0s
volumes: { data: {} }
`,
  );
  return made;
}
