import type { BrowserConfig } from '../browser-config.ts';
import { type Answer, callApi } from './api.ts';
import { inSpan } from './telemetry.ts';

interface Song {
  title: string;
  genre: string;
  mood: string;
  key: string;
  tempo_bpm: number;
  sections: { name: string; bars: number; chords: string[]; lyric: string }[];
}

interface Readiness {
  checks?: Record<string, { state: string }>;
}

interface Failed {
  error?: { code: string; message: string };
}

/** The first requests belong to the trace of the page; what a person clicks later is a trace of its own. */
export function showDashboard(config: BrowserConfig): void {
  const telemetry = byId('telemetry');
  telemetry.dataset.state = config.telemetryDisabled ? 'off' : 'on';
  telemetry.textContent = config.telemetryDisabled ? 'telemetry is off' : 'telemetry initialised';
  const form = byId('compose') as HTMLFormElement;
  const seed = byId('seed') as HTMLInputElement;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void compose(config, seed.value, undefined);
  });
  byId('surprise').addEventListener('click', () => {
    seed.value = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36);
    void compose(config, seed.value, undefined);
  });
  void compose(config, seed.value, config.traceparent);
  void services(config);
}

async function compose(config: BrowserConfig, seed: string, parent: string | undefined): Promise<void> {
  const target = byId('song');
  target.dataset.state = 'pending';
  await inSpan('compose', parent, async (traceId) => {
    const asked = callApi<Song & Failed>(config, `/api/v1/compose?seed=${encodeURIComponent(seed)}`);
    try {
      const answer = await asked;
      target.dataset.state = answer.status === 200 ? 'done' : 'failed';
      target.replaceChildren(
        ...(answer.status === 200 ? song(answer.body) : failure(answer.body.error?.message)),
      );
      showTrace(traceId, answer);
    } catch (thrown) {
      target.dataset.state = 'failed';
      target.replaceChildren(...failure(`No answer from ${config.apiUrl} (${(thrown as Error).message}).`));
      showTrace(traceId, undefined);
    }
  });
}

async function services(config: BrowserConfig): Promise<void> {
  const list = byId('services');
  await inSpan('readiness', config.traceparent, async () => {
    const asked = callApi<Readiness>(config, '/health/ready');
    try {
      const { body } = await asked;
      const rows = Object.entries({ api: { state: 'up' }, ...body.checks });
      list.replaceChildren(...rows.map(([name, { state }]) => service(name, state)));
    } catch {
      list.replaceChildren(service('api', 'unreachable'));
    }
  });
}

function song({ title, genre, mood, key, tempo_bpm, sections }: Song): HTMLElement[] {
  const facts = element('p', { className: 'facts' });
  for (const fact of [genre, mood, key, `${tempo_bpm} bpm`])
    facts.append(element('span', { textContent: fact }));
  const timeline = element('ol', { className: 'timeline' });
  for (const section of sections) {
    const item = element('li', { className: `section ${section.name}` });
    item.append(
      element('span', { className: 'name', textContent: section.name }),
      element('span', { className: 'chords', textContent: section.chords.join(' · ') }),
      element('span', { className: 'bars', textContent: `${section.bars} bars` }),
    );
    if (section.lyric)
      item.append(element('span', { className: 'lyric', textContent: `“${section.lyric}”` }));
    timeline.append(item);
  }
  return [element('h2', { textContent: title }), facts, timeline];
}

function failure(message = 'The API did not compose anything.'): HTMLElement[] {
  return [
    element('h2', { textContent: 'No song' }),
    element('p', { className: 'muted', textContent: message }),
  ];
}

function showTrace(traceId: string, answer: Answer<unknown> | undefined): void {
  const same = answer?.traceId === traceId;
  const rows: [string, string, string?][] = [
    ['Trace ID, sent', /^0+$/.test(traceId) ? 'none' : traceId, 'id'],
    ['Trace ID, answered', answer?.traceId ?? 'none', 'id'],
    ['One trace', same ? 'yes, end to end' : 'no', same ? 'good' : 'bad'],
    ['Answer', answer ? `${answer.status} in ${Math.round(answer.durationMs)} ms` : 'none'],
  ];
  byId('trace').replaceChildren(
    ...rows.map(([label, value, className = '']) => {
      const row = element('div', {});
      row.append(element('dt', { textContent: label }), element('dd', { textContent: value, className }));
      return row;
    }),
  );
}

function service(name: string, state: string): HTMLElement {
  const good = state === 'up' || state === 'current';
  const item = element('li', {});
  item.append(
    element('span', { className: good ? 'dot good' : 'dot bad' }),
    element('span', { textContent: name }),
    element('span', { className: 'state', textContent: state }),
  );
  return item;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<Pick<HTMLElement, 'className' | 'textContent'>>,
): HTMLElementTagNameMap[Tag] {
  return Object.assign(document.createElement(tag), properties);
}
