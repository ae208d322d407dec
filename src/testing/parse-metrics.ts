/** A strict reader of the text format of Prometheus 0.0.4. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const nameRule = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"`;
const sampleRule = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${label}(?:,${label})*)\\})? (\\S+)$`);

/** Returns the samples, and each violation of the format as a sentence. */
export function parseMetrics(text: string): { samples: Sample[]; problems: string[] } {
  const samples: Sample[] = [];
  const problems: string[] = [];
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const closed = new Set<string>();
  const series = new Set<string>();
  let family = '';
  if (!text.endsWith('\n')) problems.push('the last line does not end');
  const enter = (name: string) => {
    if (name === family) return;
    if (closed.has(name)) problems.push(`${name} comes in several groups`);
    closed.add(family);
    family = name;
  };
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind) {
      if (!nameRule.test(name)) problems.push(`bad name: ${line}`);
      enter(name);
      if (kind === 'HELP' && helps.has(name)) problems.push(`two HELP lines of ${name}`);
      if (kind === 'HELP') helps.add(name);
      else if (types.has(name)) problems.push(`two TYPE lines of ${name}`);
      else if (!/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) problems.push(`bad type: ${line}`);
      else types.set(name, rest);
      continue;
    }
    const [whole, sampleName = '', labels = '', value = ''] = sampleRule.exec(line) ?? [];
    if (whole === undefined) {
      problems.push(`bad line: ${line}`);
      continue;
    }
    enter(sampleName);
    if (!types.has(sampleName)) problems.push(`${sampleName} has no type`);
    if (types.get(sampleName) === 'counter' && !sampleName.endsWith('_total')) {
      problems.push(`the counter ${sampleName} does not end in _total`);
    }
    if (Number.isNaN(Number(value))) problems.push(`bad value: ${line}`);
    const id = `${sampleName}{${labels}}`;
    if (series.has(id)) problems.push(`two samples of ${id}`);
    series.add(id);
    samples.push({ name: sampleName, labels: parseLabels(labels), value: Number(value) });
  }
  return { samples, problems };
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name, value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter)),
    ]),
  );
}
