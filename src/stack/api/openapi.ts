import { serviceVersion } from '../common/telemetry.ts';
import { composeBody, composeQuery, preferencesBody } from './schemas.ts';

const json = (schema: unknown) => ({ content: { 'application/json': { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const errors = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: statusTexts[status], ...json(ref('ErrorResponse')) },
    ]),
  );
const statusTexts: Record<number, string> = {
  401: 'No token, or one that is not valid',
  403: 'The token does not allow it',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'The request does not have the expected shape',
  429: 'Over the limit; Retry-After says when to try again',
  503: 'A service behind this one is not available',
};
const ok = (description: string, schema: unknown) => ({ 200: { description, ...json(schema) } });
const bearer = [{ bearer: [] }];

const preferences = {
  type: 'object',
  required: ['preferences', 'updated_at'],
  properties: {
    preferences: { type: 'object' },
    updated_at: { type: ['string', 'null'], format: 'date-time' },
  },
};

/** OpenAPI document of the API. */
export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'MeatyMusic AMCS API',
    description: 'Agentic Music Creation System',
    version: serviceVersion,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  paths: {
    '/': {
      get: { summary: 'What this service is', responses: ok('Name, version and links', { type: 'object' }) },
    },
    '/health': { get: { summary: 'Whether the process is alive', responses: ok('It is', ref('Health')) } },
    '/health/ready': {
      get: {
        summary: 'Whether requests can be served: database, migrations, cache',
        responses: {
          ...ok('They can; `degraded` without the cache', ref('Readiness')),
          503: { description: 'They cannot', ...json({ allOf: [ref('Readiness'), ref('ErrorResponse')] }) },
        },
      },
    },
    '/api/v1/me': {
      get: {
        summary: 'Who calls',
        security: bearer,
        responses: {
          ...ok('The caller, and the user row where there is one', ref('Me')),
          ...errors(401, 403, 429, 503),
        },
      },
    },
    '/api/v1/preferences': {
      get: {
        summary: "The caller's preferences",
        security: bearer,
        responses: { ...ok('Preferences, empty at first', preferences), ...errors(401, 403, 429, 503) },
      },
      put: {
        summary: "Replace the caller's preferences",
        security: bearer,
        requestBody: { required: true, ...json(preferencesBody) },
        responses: { ...ok('As they are now', preferences), ...errors(401, 403, 413, 415, 422, 429, 503) },
      },
    },
    '/api/v1/compose': {
      get: {
        summary: 'The song of a seed',
        parameters: [{ name: 'seed', in: 'query', required: true, schema: composeQuery.properties.seed }],
        responses: { ...ok('The song', ref('Song')), ...errors(422, 429) },
      },
      post: {
        summary: 'The song of a seed, with a tighter rate limit',
        requestBody: { required: true, ...json(composeBody) },
        responses: { ...ok('The song', ref('Song')), ...errors(413, 415, 422, 429) },
      },
    },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: {
      ErrorResponse: {
        type: 'object',
        required: ['error'],
        properties: {
          error: {
            type: 'object',
            required: ['code', 'message', 'trace_id'],
            properties: {
              code: { type: 'string' },
              message: { type: 'string' },
              trace_id: { type: 'string', pattern: '^[0-9a-f]{32}$' },
              details: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: { field: { type: 'string' }, problem: { type: 'string' } },
                },
              },
            },
          },
        },
      },
      Health: {
        type: 'object',
        required: ['status', 'service'],
        properties: {
          status: { const: 'ok' },
          service: { type: 'string' },
          version: { type: 'string' },
          uptime_seconds: { type: 'integer' },
        },
      },
      Readiness: {
        type: 'object',
        required: ['status', 'checks'],
        properties: {
          status: { enum: ['ready', 'degraded', 'unavailable'] },
          service: { type: 'string' },
          checks: { type: 'object', additionalProperties: { type: 'object' } },
        },
      },
      Me: {
        type: 'object',
        required: ['subject', 'tenant_id', 'user'],
        properties: {
          subject: { type: 'string' },
          tenant_id: { type: 'string', format: 'uuid' },
          user: { type: ['object', 'null'] },
        },
      },
      Song: {
        type: 'object',
        required: ['seed', 'algorithm', 'title', 'genre', 'mood', 'key', 'tempo_bpm', 'sections'],
        properties: {
          seed: { type: 'string' },
          algorithm: { type: 'string' },
          title: { type: 'string' },
          genre: { type: 'string' },
          mood: { type: 'string' },
          key: { type: 'string' },
          tempo_bpm: { type: 'integer' },
          sections: { type: 'array', items: { type: 'object' } },
        },
      },
    },
  },
} as const;
