/** The contract of checks: what a check file imports. */
export { described, integer, mapOf, number, strictMap, v } from '../base/schema.ts';
export { counted } from './counted.ts';
export { type CheckContext, type CheckDefinition, defineCheck, type FailureCode } from './define-check.ts';
export { type Effects, effectsOfMethod } from './effects.ts';
export type { Evidence } from './evidence.ts';
export { attempt, type Exchanged, exchange, fact } from './exchange.ts';
export type { Json } from './json.ts';
export { at, firstAt, parseJson } from './json-path.ts';
export { type CheckOption, type CheckOptions, option } from './option.ts';
export * from './probes.ts';
export { defineReporter, type Look, type Reporter, type ReporterDefinition } from './reporter.ts';
export type { HttpChange, Sabotage } from './sabotage.ts';
export { serviceUrl } from './service-url.ts';
export type { ServiceInfos, ServiceName, StackInfo } from './stack.ts';
export type { Examined, Fail, Pass, Skip, Verdict } from './verdict.ts';
export { skipWithoutOrigin } from './web-origin.ts';
