import { call, type PageCase, running } from './page-case.ts';

const says = (text: string, method = 'info') => running(`console.${method}(${JSON.stringify(text)})`);
const claims = { telemetry: 'pass' };
const denies = { telemetry: 'says-otherwise' };
const own = { calls: { api: '/api' } };
const worker = 'self.addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));';

/** Pages by what they do: console, calls, sockets, workers. */
export const runningPages: PageCase[] = [
  {
    name: 'OpenTelemetry initialized',
    html: says('OpenTelemetry initialized: meatymusic-web'),
    verdicts: claims,
  },
  { name: '[otel] tracing started', html: says('[otel] tracing started', 'log'), verdicts: claims },
  {
    name: 'Telemetry initialized, metrics apart',
    html: says('Telemetry initialized. Metrics are disabled.'),
    verdicts: claims,
  },
  {
    name: 'not yet, then initialized',
    html: running(`console.log('Telemetry not initialized yet'); console.log('Telemetry initialized')`),
    verdicts: claims,
  },
  { name: 'Telemetry not initialized', html: says('Telemetry not initialized'), verdicts: denies },
  { name: "Telemetry wasn't started", html: says("Telemetry wasn't started: no endpoint"), verdicts: denies },
  { name: 'tracing disabled', html: says('tracing disabled'), verdicts: denies },
  { name: 'telemetry enabled: false', html: says('telemetry enabled: false'), verdicts: denies },
  { name: 'tracing uninitialized', html: says('tracing uninitialized'), verdicts: denies },
  {
    name: 'Failed to get telemetry started',
    html: says('Failed to get telemetry started', 'error'),
    verdicts: denies,
  },
  {
    name: 'telemetry will be initialized',
    html: says('telemetry will be initialized on consent'),
    verdicts: denies,
  },
  {
    name: 'initialized, then stopped',
    html: running(`console.log('Telemetry initialized'); console.log('Tracing disabled by consent')`),
    verdicts: denies,
  },
  { name: 'another module', html: says('theme initialized') },

  { name: 'calls of another origin', html: running(call('API/cors/x')), verdicts: { calls: 'pass' } },
  {
    name: 'calls without a trace',
    html: running(call('API/cors/x', '{}')),
    verdicts: { calls: 'missing-traceparent' },
  },
  {
    name: 'a malformed trace',
    html: running(call('API/cors/x', `{ traceparent: '00-1-2-01' }`)),
    verdicts: { calls: 'malformed-traceparent' },
  },
  {
    name: 'stopped by CORS',
    html: running(call('API/none/x')),
    verdicts: { calls: 'stopped-by-cors', errors: 'failed-request' },
  },
  {
    name: 'traceparent not among the allowed headers',
    html: running(call('API/header/x')),
    verdicts: { calls: 'stopped-by-cors', errors: 'failed-request' },
  },
  {
    name: 'an API that is gone',
    html: running(call('http://127.0.0.1:9/x')),
    options: { calls: { api: 'http://127.0.0.1:9' } },
    verdicts: { calls: 'call-failed', errors: 'failed-request' },
  },
  {
    name: 'an API below the own origin',
    html: running(call('/api/x')),
    options: own,
    verdicts: { calls: 'pass' },
  },
  {
    name: 'own origin: documents, scripts, images and EventSource',
    html: running(`${call('/api/x')} document.body.append(Object.assign(new Image(), { src: '/api/picture.svg' })); new EventSource('/api/events');
      document.body.append(Object.assign(document.createElement('script'), { src: '/api/script.js' }));
      document.body.append(Object.assign(document.createElement('iframe'), { src: '/api/frame' }));`),
    options: own,
    verdicts: { calls: 'pass' },
  },
  {
    name: 'own origin: a picture is no call',
    html: running(`document.body.append(Object.assign(new Image(), { src: '/api/picture.svg' }))`),
    options: own,
  },
  {
    name: 'own origin: other paths are no calls',
    html: running(`${call('/api/x')} ${call('/apis', '{}')} ${call('/data.json', '{}')}`),
    options: own,
    verdicts: { calls: 'pass' },
  },
  {
    name: 'own origin: XMLHttpRequest without a trace',
    html: running(`const request = new XMLHttpRequest(); request.open('GET', '/api/x'); request.send();`),
    options: own,
    verdicts: { calls: 'missing-traceparent' },
  },
  {
    name: 'own origin: a call that is to be ignored',
    html: running(`${call('/api/x')} ${call('/api/flags', '{}')}`),
    options: { calls: { api: '/api', ignore: ['/api/flags'] } },
    verdicts: { calls: 'pass' },
  },
  {
    name: 'own origin: a call that the page gives up and makes again',
    html: running(
      `const stop = new AbortController(); fetch('/api/x', { signal: stop.signal }).catch(() => {}); stop.abort(); ${call('/api/x')}`,
    ),
    options: own,
    verdicts: { calls: 'pass' },
  },

  {
    name: 'a WebSocket that is refused',
    html: running(`new WebSocket('ws://127.0.0.1:9/')`),
    verdicts: { errors: 'failed-socket' },
  },
  {
    name: 'a WebSocket that is answered with 404',
    html: running(`new WebSocket(location.origin.replace('http', 'ws') + '/nowhere')`),
    verdicts: { errors: 'failed-socket' },
  },
  {
    name: 'a WebSocket that opens',
    html: running(`new WebSocket(location.origin.replace('http', 'ws') + '/socket')`),
  },
  {
    name: 'a WebSocket that the page gives up',
    html: running(`new WebSocket(location.origin.replace('http', 'ws') + '/socket').close()`),
  },
  {
    name: 'a WebSocket to be ignored',
    html: running(`new WebSocket('ws://127.0.0.1:9/live')`),
    options: { errors: { ignore: ['/live'] } },
  },

  {
    name: 'a service worker',
    html: running(
      `navigator.serviceWorker.register('worker.js').then((it) => { it.addEventListener('updatefound', () => {}); return navigator.serviceWorker.ready; })`,
    ),
    files: { 'worker.js': worker },
  },
  {
    name: 'a service worker that takes over the page',
    html: running(
      `navigator.serviceWorker.addEventListener('controllerchange', () => { ${call('API/cors/x')} }); navigator.serviceWorker.register('worker.js').then((it) => it.scope)`,
    ),
    files: {
      'worker.js': `${worker} self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));`,
    },
    verdicts: { calls: 'pass' },
  },
  {
    name: 'a service worker that is not there',
    html: running(`navigator.serviceWorker.register('gone.js')`),
    verdicts: { errors: 'page-error' },
  },
];
