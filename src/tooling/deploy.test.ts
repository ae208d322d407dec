import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { Deployment } from 'kubernetes-models/apps/v1';
import { CronJob, Job } from 'kubernetes-models/batch/v1';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../base/package-root.ts';

const folder = path.join(packageRoot, 'docs/deploy');
const kinds = { Job, CronJob, Deployment };

// biome-ignore lint/suspicious/noExplicitAny: the schemas judge it.
const read = (name: string): any => load(readFileSync(path.join(folder, name), 'utf8'));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('the manifests for Kubernetes', () => {
  it.each(files)('%s fits the published schema', (name) => {
    const manifest = read(name);
    const Kind = kinds[manifest.kind as keyof typeof kinds];
    expect(() => new Kind(manifest).validate()).not.toThrow();
    expect(() =>
      new Kind({ ...manifest, spec: { ...manifest.spec, template: 1, jobTemplate: 1 } }).validate(),
    ).toThrow();
  });

  it('count the same shards everywhere, and schedule the Job itself', () => {
    const { spec } = read('job.yaml');
    expect(read('cronjob.yaml').spec.jobTemplate.spec).toEqual(spec);
    const [{ env }] = spec.template.spec.containers;
    expect(env[0]).toEqual({ name: 'MEATYMUSIC_SHARD_TOTAL', value: String(spec.completions) });
  });

  it.each(files)('%s runs without root, privileges and a writable image', (name) => {
    const { spec } = read(name);
    const { securityContext, automountServiceAccountToken, containers } = (spec.jobTemplate?.spec ?? spec)
      .template.spec;
    expect(securityContext.runAsNonRoot).toBe(true);
    expect(automountServiceAccountToken).toBe(false);
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });
});
