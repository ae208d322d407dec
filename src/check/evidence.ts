import type { v } from '../base/schema.ts';
import type { evidenceSchema, exchangeSchema, spanSchema } from './evidence-schema.ts';

/** An observation of a check, as plain data: the engine stores and redacts it, reporters show it. */
export type Evidence = v.InferOutput<typeof evidenceSchema>;

/**
 * A request with its response as evidence. `body` is an excerpt.
 *
 * @interface
 */
export type HttpExchange = v.InferOutput<typeof exchangeSchema>;

/**
 * One span of a trace. Times are in milliseconds.
 *
 * @interface
 */
export type SpanData = v.InferOutput<typeof spanSchema>;
