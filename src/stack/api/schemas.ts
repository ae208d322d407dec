/** The shapes of requests: validated by the server, and shown by the OpenAPI document. */

const seed = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  pattern: '^[\\w.:-]+$',
  description: 'The same seed always gives the same song, byte for byte.',
} as const;

export const composeQuery = {
  type: 'object',
  required: ['seed'],
  properties: { seed },
} as const;

export const composeBody = {
  type: 'object',
  required: ['seed'],
  additionalProperties: false,
  properties: { seed },
} as const;

export const preferencesBody = {
  type: 'object',
  required: ['preferences'],
  additionalProperties: false,
  properties: { preferences: { type: 'object', maxProperties: 200 } },
} as const;
