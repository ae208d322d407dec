import type { v } from '../base/schema.ts';
import type { evidenceSchema, exchangeSchema, spanSchema } from './evidence-schema.ts';

/** What a person would look at to see for themselves. Plain data: it is stored, redacted and rendered by others. */
export type Evidence = v.InferOutput<typeof evidenceSchema>;

/** A request with its response as evidence. `body` is an excerpt. */
export type HttpExchange = v.InferOutput<typeof exchangeSchema>;

/** One span of a trace. */
export type SpanData = v.InferOutput<typeof spanSchema>;
